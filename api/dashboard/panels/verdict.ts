import { Refused, send } from '../api.ts';
import { h, setText } from '../dom.ts';
import { momentOf, type Recommendation } from '../model.ts';
import type { Screen } from '../screen.ts';
import { fill } from '../words.ts';

const nameKey = 'arterial.signedBy';

/** Approve, or refuse with a reason; both are signed. */
export function createVerdict(
  screen: Screen,
  open: () => Recommendation | undefined,
): { element: HTMLElement; update: () => void } {
  const { words, format } = screen;
  const by = h('input', { type: 'text', autocomplete: 'name', maxlength: 80, id: 'signed-by' });
  by.value = localStorage.getItem(nameKey) ?? '';
  const reason = h('input', {
    type: 'text',
    maxlength: 300,
    placeholder: words.refuseReason,
    'aria-label': words.refuseReason,
  });
  const said = h('p', { class: 'said', role: 'status' });
  const expires = h('span', { class: 'expires' });
  const decide = async (verdict: 'accept' | 'reject') => {
    const item = open();
    if (!item) return;
    if (by.value.trim() === '') return complain(by, words.needName);
    if (verdict === 'reject' && reason.value.trim() === '') return complain(reason, words.needReason);
    localStorage.setItem(nameKey, by.value.trim());
    const path = `/v1/recommendations/${encodeURIComponent(item.recommendation)}/${verdict}`;
    const why = reason.value.trim();
    try {
      const next = await send<Partial<Recommendation> | undefined>(path, {
        by: by.value.trim(),
        ...(why !== '' && { reason: why }),
      });
      const status = verdict === 'accept' ? 'accepted' : 'rejected';
      screen.store.apply({ kind: 'recommendations', items: [{ ...item, status, ...next }] });
      reason.value = '';
      setText(said, '');
    } catch (error) {
      if (!(error instanceof Refused || error instanceof TypeError)) throw error;
      setText(said, fill(words.couldNotSend, { why: error.message }));
    }
  };
  const complain = (field: HTMLInputElement, text: string) => {
    setText(said, text);
    field.focus();
  };
  const press = (verdict: 'accept' | 'reject') => (event: Event) => {
    event.preventDefault();
    void decide(verdict);
  };
  const element = h(
    'form',
    { class: 'verdict', submit: press('accept') },
    h('div', { class: 'verdict-row' }, h('label', { for: 'signed-by' }, words.signedBy), by, expires),
    h(
      'div',
      { class: 'verdict-row' },
      h('button', { type: 'submit', class: 'primary' }, words.approve),
      h('button', { type: 'button', click: press('reject') }, words.refuse),
      reason,
    ),
    said,
  );
  return {
    element,
    update: () => {
      const item = open();
      element.hidden = item === undefined;
      const end = momentOf(item?.expiresAt);
      const now = screen.clock.now(performance.now());
      const left = end === undefined || now === undefined ? undefined : (end - now) / 1000;
      setText(expires, left === undefined ? '' : fill(words.expires, { time: format.countdown(left) }));
    },
  };
}
