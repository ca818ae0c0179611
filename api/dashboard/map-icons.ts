import type { Map as MapLibre } from 'maplibre-gl';
import type { Palette } from './theme.ts';
import type { IncidentShape } from './words.ts';

type Pen = CanvasRenderingContext2D;

const ratio = 3;

/** The outline of each family of incidents, within a circle of radius 1 around 0, 0. */
const outlines: Readonly<Record<IncidentShape, (pen: Pen) => void>> = {
  crash: (pen) =>
    polygon(pen, [
      [0, -1.05],
      [1.05, 0.8],
      [-1.05, 0.8],
    ]),
  vehicle: (pen) => pen.roundRect(-0.85, -0.85, 1.7, 1.7, 0.3),
  closure: (pen) =>
    polygon(pen, [
      [-0.42, -1],
      [0.42, -1],
      [1, -0.42],
      [1, 0.42],
      [0.42, 1],
      [-0.42, 1],
      [-1, 0.42],
      [-1, -0.42],
    ]),
  weather: (pen) => {
    pen.moveTo(0, -1.15);
    pen.bezierCurveTo(0.5, -0.5, 0.9, -0.1, 0.9, 0.3);
    pen.arc(0, 0.3, 0.9, 0, Math.PI);
    pen.bezierCurveTo(-0.9, -0.1, -0.5, -0.5, 0, -1.15);
  },
  signal: (pen) =>
    polygon(pen, [
      [0, -1.05],
      [1.05, 0],
      [0, 1.05],
      [-1.05, 0],
    ]),
  other: (pen) => pen.arc(0, 0, 0.95, 0, 2 * Math.PI),
};

/** The sign inside the outline. */
const signs: Readonly<Record<IncidentShape, (pen: Pen) => void>> = {
  crash: (pen) => {
    stroke(pen, [
      [0, -0.42],
      [0, 0.22],
    ]);
    dot(pen, 0, 0.52);
  },
  vehicle: (pen) => {
    pen.roundRect(-0.5, -0.12, 1, 0.44, 0.12);
    pen.roundRect(-0.3, -0.42, 0.6, 0.4, 0.12);
    pen.fill();
  },
  closure: (pen) =>
    stroke(pen, [
      [-0.5, 0],
      [0.5, 0],
    ]),
  weather: (pen) => {
    wave(pen, 0.12);
    wave(pen, 0.5);
  },
  signal: (pen) => {
    dot(pen, 0, -0.42);
    dot(pen, 0, 0);
    dot(pen, 0, 0.42);
  },
  other: (pen) => {
    stroke(pen, [
      [0, -0.42],
      [0, 0.1],
    ]);
    dot(pen, 0, 0.42);
  },
};

function polygon(pen: Pen, points: readonly (readonly [number, number])[]): void {
  points.forEach(([x, y], i) => {
    if (i === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
  pen.closePath();
}

function stroke(pen: Pen, points: readonly (readonly [number, number])[]): void {
  pen.beginPath();
  points.forEach(([x, y], i) => {
    if (i === 0) pen.moveTo(x, y);
    else pen.lineTo(x, y);
  });
  pen.stroke();
}

function dot(pen: Pen, x: number, y: number): void {
  pen.beginPath();
  pen.arc(x, y, 0.14, 0, 2 * Math.PI);
  pen.fill();
  pen.beginPath();
}

function wave(pen: Pen, y: number): void {
  pen.beginPath();
  pen.moveTo(-0.5, y);
  pen.bezierCurveTo(-0.25, y - 0.25, -0.2, y + 0.25, 0, y);
  pen.bezierCurveTo(0.2, y - 0.25, 0.25, y + 0.25, 0.5, y);
  pen.stroke();
}

/** A square picture of `size` CSS pixels. */
function picture(size: number, draw: (pen: Pen) => void): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = size * ratio;
  canvas.height = size * ratio;
  const pen = canvas.getContext('2d')!;
  pen.scale(ratio, ratio);
  pen.translate(size / 2, size / 2);
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  draw(pen);
  return canvas;
}

/** An incident's picture; a severe one is larger and stands on a second outline. */
export function incidentPicture(
  shape: IncidentShape,
  isSevere: boolean,
  palette: Palette,
): HTMLCanvasElement {
  return picture(isSevere ? 36 : 28, (pen) => {
    const radius = 10.5;
    const outline = (grow: number, colour: string) => {
      pen.save();
      pen.scale(radius + grow, radius + grow);
      pen.beginPath();
      outlines[shape](pen);
      pen.fillStyle = colour;
      pen.fill();
      pen.restore();
    };
    if (isSevere) {
      outline(6, palette.incident);
      outline(4, palette.surface);
    } else outline(2, palette.surface);
    outline(isSevere ? 1.4 : 0, palette.incident);
    pen.scale(radius, radius);
    pen.fillStyle = palette.surface;
    pen.strokeStyle = palette.surface;
    pen.lineWidth = 0.22;
    pen.beginPath();
    signs[shape](pen);
  });
}

/** The badge of a car park. */
export const parkingPicture = (palette: Palette): HTMLCanvasElement =>
  picture(22, (pen) => {
    pen.beginPath();
    pen.roundRect(-10, -10, 20, 20, 5);
    pen.fillStyle = palette.surface;
    pen.fill();
    pen.beginPath();
    pen.roundRect(-8.5, -8.5, 17, 17, 4);
    pen.fillStyle = palette.parking;
    pen.fill();
    pen.fillStyle = palette.surface;
    pen.font = '700 13px Inter, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillText('P', 0, 0.8);
  });

/** A weather station: a mast with its cups. */
export const stationPicture = (palette: Palette): HTMLCanvasElement =>
  picture(20, (pen) => {
    pen.strokeStyle = palette.quietText;
    pen.fillStyle = palette.ground;
    pen.lineWidth = 1.4;
    pen.beginPath();
    pen.arc(0, 0, 7, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    for (const turn of [0, 1, 2]) {
      pen.save();
      pen.rotate((turn * 2 * Math.PI) / 3);
      pen.beginPath();
      pen.moveTo(0, 0);
      pen.lineTo(0, -4.2);
      pen.stroke();
      pen.restore();
    }
  });

/** A camera, seen from the side. */
export const cameraPicture = (palette: Palette): HTMLCanvasElement =>
  picture(16, (pen) => {
    pen.fillStyle = palette.quietText;
    pen.strokeStyle = palette.ground;
    pen.lineWidth = 1.5;
    pen.beginPath();
    pen.roundRect(-6.5, -3.5, 8, 7, 1.5);
    polygon(pen, [
      [2.5, -1.2],
      [6.5, -3.5],
      [6.5, 3.5],
      [2.5, 1.2],
    ]);
    pen.stroke();
    pen.fill();
  });

const shapes: readonly IncidentShape[] = ['crash', 'vehicle', 'closure', 'weather', 'signal', 'other'];

/** Gives the map all pictures that its style names. */
export function addPictures(map: MapLibre, palette: Palette): void {
  const add = (name: string, canvas: HTMLCanvasElement) => {
    const image = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    if (map.hasImage(name)) map.removeImage(name);
    map.addImage(name, image, { pixelRatio: ratio });
  };
  for (const shape of shapes) {
    add(shape, incidentPicture(shape, false, palette));
    add(`${shape}-severe`, incidentPicture(shape, true, palette));
  }
  add('parking', parkingPicture(palette));
  add('station', stationPicture(palette));
  add('camera', cameraPicture(palette));
}
