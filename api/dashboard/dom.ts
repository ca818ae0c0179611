type Child = Node | string | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;

/** An element with attributes and children. A function is a listener for the event it is named after. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** An SVG element with attributes and children. */
export function svg(
  tag: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly Node[]
): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** Sets the text only when it differs, so that nothing flickers and selections survive. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * A part of the page that is drawn again only when what it shows has changed, so that focus and
 * scrolling survive updates.
 */
export function section<Shown>(draw: (shown: Shown) => readonly Child[], className = ''): Section<Shown> {
  const element = h('section', { class: className });
  let last: string | undefined;
  return {
    element,
    show: (shown) => {
      const now = JSON.stringify(shown) ?? '';
      if (now === last) return;
      last = now;
      element.replaceChildren(...draw(shown).filter((child) => child !== undefined && child !== false));
    },
  };
}

export interface Section<Shown> {
  readonly element: HTMLElement;
  show(shown: Shown): void;
}
