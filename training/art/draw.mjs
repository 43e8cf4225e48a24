// One vector drawing of 128 x 128 units: shapes, soft shading, and the random choices that make a variant.

/** A fixed pseudo-random stream (mulberry32). */
export function stream(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** FNV-1a hash of a text, 32 bits. */
export const hash = (text) => [...text].reduce((h, c) => Math.imul(h ^ c.codePointAt(0), 16777619), 2166136261) >>> 0;

const parts = (hex) => (hex.length === 4 ? [1, 2, 3].map((at) => parseInt(hex[at] + hex[at], 16)) : [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
const hex = (rgb) => '#' + rgb.map((v) => Math.max(0, Math.min(255, Math.round(v))).toString(16).padStart(2, '0')).join('');

/** From colour `a` (t = 0) to colour `b` (t = 1). */
export const mix = (a, b, t) => hex(parts(a).map((v, i) => v + (parts(b)[i] - v) * t));
export const light = (colour, t) => mix(colour, '#fffaf0', t);
export const dark = (colour, t) => mix(colour, '#3a0f33', t);

export const PALETTE = {
  red: '#d9292f', orange: '#f08a2c', yellow: '#f6c53a', green: '#3f9c56', blue: '#2f6fc6', purple: '#7f4db2',
  pink: '#f08bad', white: '#f7f2e8', black: '#34303a', brown: '#8e5b38', gray: '#9c9ca6', teal: '#2f9f98',
};
export const GOLD = '#eab53c', RED = '#d9292f', CREAM = '#fdf3dc', WOOD = '#a8683a', INK = '#2c2a30', JADE = '#8fcf9f';

const n = (value) => Math.round(value * 100) / 100;
export const at = (cx, cy, radius, degrees) =>
  [cx + radius * Math.cos((degrees * Math.PI) / 180), cy + radius * Math.sin((degrees * Math.PI) / 180)];

/** A straight-edged path through `points`, closed. */
export const polygon = (points) => 'M' + points.map(([x, y]) => `${n(x)} ${n(y)}`).join('L') + 'Z';

/** A smooth path (Catmull-Rom) through `points`. */
export function smooth(points, closed = true) {
  const count = points.length, get = (i) => (closed ? points[(i + count) % count] : points[Math.max(0, Math.min(count - 1, i))]);
  let d = `M${n(points[0][0])} ${n(points[0][1])}`;
  for (let i = 0; i < (closed ? count : count - 1); i++) {
    const [a, b, c, e] = [get(i - 1), get(i), get(i + 1), get(i + 2)];
    d += `C${n(b[0] + (c[0] - a[0]) / 6)} ${n(b[1] + (c[1] - a[1]) / 6)} ${n(c[0] - (e[0] - b[0]) / 6)} ${n(c[1] - (e[1] - b[1]) / 6)} ${n(c[0])} ${n(c[1])}`;
  }
  return d + (closed ? 'Z' : '');
}

/** A petal from (x, y) upwards, `length` long and `width` wide, with a round (0) or pointed (1) tip. */
export function petal(x, y, length, width, tip = 0) {
  const w = width / 2, s = w * 1.33 * (1 - 0.75 * tip);
  return `M${n(x)} ${n(y)}C${n(x - w * 1.5)} ${n(y - length * 0.35)} ${n(x - s)} ${n(y - length)} ${n(x)} ${n(y - length)}C${n(x + s)} ${n(y - length)} ${n(x + w * 1.5)} ${n(y - length * 0.35)} ${n(x)} ${n(y)}Z`;
}

export class Drawing {
  constructor(seed) {
    this.random = stream(seed);
    this.body = [];
    this.defs = [];
    this.known = { style: this.random() < 0.4 ? 'flat' : 'gradient' };
    this.lean = 5; // degrees it may be turned
    this.flips = true;
  }

  // ---------------------------------------------------------------- choices
  between(low, high) { return low + (high - low) * this.random(); }
  int(low, high) { return Math.floor(this.between(low, high + 1)); }
  chance(share) { return this.random() < share; }
  pick(list) { return list[Math.floor(this.random() * list.length)]; }
  /** The colour, a little lighter, darker or warmer. */
  near(colour, by = 10) { return hex(parts(colour).map((v) => v + this.between(-by, by))); }
  /** One of the named colours; the caption may say its name. */
  paint(...names) {
    this.known.colour = this.pick(names);
    return this.near(PALETTE[this.known.colour]);
  }
  /** Only ever one way up and one way round: for writing. */
  upright() { this.flips = false; this.lean = 2; }
  style(name) { this.known.style = name; }
  get flat() { return this.known.style === 'flat'; }

  // ---------------------------------------------------------------- fills
  gradient(kind, place, stops) {
    const id = 'g' + this.defs.length;
    this.defs.push(`<${kind}Gradient id="${id}" ${place}>${stops.map(([o, c, a = 1]) => `<stop offset="${o}" stop-color="${c}" stop-opacity="${a}"/>`).join('')}</${kind}Gradient>`);
    return `url(#${id})`;
  }
  /** A ball lit from above left. */
  ball(colour) {
    if (this.flat) return colour;
    return this.gradient('radial', 'cx=".36" cy=".28" r=".85"', [[0, light(colour, 0.4)], [0.45, colour], [1, dark(colour, 0.3)]]);
  }
  /** Lighter above, darker below. */
  fall(colour, depth = 0.25) {
    if (this.flat) return colour;
    return this.gradient('linear', 'x1="0" y1="0" x2="0.15" y2="1"', [[0, light(colour, depth)], [0.5, colour], [1, dark(colour, depth)]]);
  }
  /** A standing cylinder. */
  across(colour) {
    if (this.flat) return colour;
    return this.gradient('linear', 'x1="0" y1="0" x2="1" y2="0"', [[0, dark(colour, 0.12)], [0.3, light(colour, 0.3)], [0.6, colour], [1, dark(colour, 0.3)]]);
  }
  fade(colour, from, to) {
    return this.gradient('linear', 'x1="0" y1="0" x2="0" y2="1"', [[0, colour, from], [1, colour, to]]);
  }
  glow(inner, outer) {
    return this.gradient('radial', 'cx=".5" cy=".5" r=".5"', [[0, inner, 1], [1, outer, 0]]);
  }

  // ---------------------------------------------------------------- shapes
  path(d, fill, more = '') { this.body.push(`<path d="${d}" fill="${fill}" ${more}/>`); }
  ellipse(cx, cy, rx, ry, fill, more = '') { this.body.push(`<ellipse cx="${n(cx)}" cy="${n(cy)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}" ${more}/>`); }
  circle(cx, cy, r, fill, more = '') { this.ellipse(cx, cy, r, r, fill, more); }
  rect(x, y, w, h, r, fill, more = '') { this.body.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" rx="${r}" fill="${fill}" ${more}/>`); }
  line(d, colour, width, more = '') {
    this.body.push(`<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round" ${more}/>`);
  }
  ring(cx, cy, r, colour, width, more = '') { this.circle(cx, cy, r, 'none', `stroke="${colour}" stroke-width="${width}" ${more}`); }
  group(attributes, inner) {
    this.body.push(`<g ${attributes}>`);
    inner();
    this.body.push('</g>');
  }
  turned(degrees, x, y, inner) { this.group(`transform="rotate(${n(degrees)} ${n(x)} ${n(y)})"`, inner); }
  moved(x, y, scale, inner) { this.group(`transform="translate(${n(x)} ${n(y)}) scale(${n(scale)})"`, inner); }
  /** `inner` and its mirror image about x = 64; `inner` must not choose at random. */
  mirrored(inner) {
    inner();
    this.group('transform="matrix(-1 0 0 1 128 0)"', inner);
  }
  /** `inner` turned `count` times about (x, y). */
  spun(count, x, y, inner, start = 0) {
    for (let i = 0; i < count; i++) this.turned(start + (360 * i) / count, x, y, () => inner(i));
  }
  clipped(d, inner) {
    const id = 'c' + this.defs.length;
    this.defs.push(`<clipPath id="${id}"><path d="${d}"/></clipPath>`);
    this.group(`clip-path="url(#${id})"`, inner);
  }
  /** `inner` with what `holes` draws in black cut out of it. */
  cut(inner, holes) {
    const id = 'm' + this.defs.length, kept = this.body;
    this.defs.push('');
    this.body = [];
    holes();
    this.defs.push(`<mask id="${id}" maskUnits="userSpaceOnUse" x="-40" y="-40" width="208" height="208"><rect x="-40" y="-40" width="208" height="208" fill="#fff"/>${this.body.join('')}</mask>`);
    this.body = kept;
    this.group(`mask="url(#${id})"`, inner);
  }
  blurred(amount, inner) {
    const id = 'f' + this.defs.length;
    this.defs.push(`<filter id="${id}" x="-0.4" y="-0.4" width="1.8" height="1.8"><feGaussianBlur stdDeviation="${amount}"/></filter>`);
    this.group(`filter="url(#${id})"`, inner);
  }
  /** Edges as of a wet brush: displaced by noise, then softened. */
  brushed(amount, soft, inner) {
    const id = 'f' + this.defs.length;
    this.defs.push(`<filter id="${id}" x="-0.3" y="-0.3" width="1.6" height="1.6"><feTurbulence type="fractalNoise" baseFrequency="0.07" numOctaves="3" seed="${this.int(1, 9999)}"/><feDisplacementMap in="SourceGraphic" scale="${amount}" xChannelSelector="R" yChannelSelector="G"/><feGaussianBlur stdDeviation="${soft}"/></filter>`);
    this.group(`filter="url(#${id})"`, inner);
  }

  // ---------------------------------------------------------------- things that many drawings share
  shine(cx, cy, rx, ry, degrees = -30, opacity = 0.55) {
    this.ellipse(cx, cy, rx, ry, '#ffffff', `opacity="${this.flat ? opacity * 0.6 : opacity}" transform="rotate(${degrees} ${n(cx)} ${n(cy)})"`);
  }
  tassel(x, y, length, colour, knot = GOLD) {
    this.line(`M${x} ${y - 6}V${y}`, colour, 1.6);
    this.path(`M${x - 3.4} ${y + 4}C${x - 4} ${y + length * 0.5} ${x - 6} ${y + length * 0.8} ${x - 5} ${y + length}H${x + 5}C${x + 6} ${y + length * 0.8} ${x + 4} ${y + length * 0.5} ${x + 3.4} ${y + 4}Z`, this.fall(colour));
    for (const dx of [-2, 0, 2]) this.line(`M${x + dx * 0.6} ${y + 7}L${x + dx * 1.3} ${y + length - 2}`, dark(colour, 0.25), 0.8);
    this.rect(x - 4, y - 1, 8, 6, 2, this.fall(knot));
  }
  steam(xs, y, height, opacity = 0.5) {
    for (const x of xs) this.line(`M${x} ${y}c-5 -${height * 0.25} 5 -${height * 0.5} 0 -${height * 0.75}c-2 -${height * 0.15} 0 -${height * 0.2} 1 -${height * 0.25}`, '#d7dde6', 3, `opacity="${opacity}"`);
  }

  svg() {
    const turn = n(this.between(-this.lean, this.lean)), size = n(this.between(0.93, 1.03));
    const flip = this.flips && this.chance(0.5) ? ' scale(-1 1)' : '';
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 128 128"><defs>${this.defs.join('')}</defs><g transform="translate(64 64) rotate(${turn}) scale(${size})${flip} translate(-64 -64)">${this.body.join('')}</g></svg>`;
  }
}
