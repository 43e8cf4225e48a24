// Ink wash: wet strokes of grey, here and there a red seal or sun.
import { at, light, mix, petal, polygon, smooth } from './draw.mjs';
import { write } from './writing.mjs';

/** Begins a picture in ink, of the concept `id` if it has one besides. */
const ink = (d, id) => { d.style('ink'); d.lean = 2; if (id) d.known.id = id; };
const seal = (d, x, y) => { d.rect(x, y, 11, 11, 1.5, '#c8302c'); d.line(`M${x + 3} ${y + 3}h5v5h-5Z`, '#fbe9e0', 1.1); };
const tone = (share) => mix('#1d1e24', '#dfe4e8', share);

/** A row of mountains whose feet are lost in mist. */
function range(d, base, height, count, dark, from = 0, to = 128) {
  const points = [[from, base]];
  for (let i = 0; i < count; i++) { const x = from + ((to - from) * (i + 0.5)) / count; points.push([x - (to - from) / count / 4, base - height * d.between(0.3, 0.6)], [x + d.between(-3, 3), base - height * d.between(0.7, 1)]); }
  points.push([to, base]);
  const shape = smooth(points, false) + `L${to} ${base}L${from} ${base}Z`;
  d.path(shape, d.gradient('linear', 'x1="0" y1="0" x2="0" y2="1"', [[0, tone(dark), 0.95], [0.5, tone(dark + 0.2), 0.7], [1, tone(0.9), 0]]));
}
const boat = (d, x, y, s) => d.moved(x, y, s, () => { d.path('M-22 0Q0 8 24 -2Q16 9 0 9Q-16 9 -22 0Z', tone(0.1)); d.path('M-10 2Q0 -10 10 2Z', tone(0.3)); d.line('M16 0V-12', tone(0.1), 3); d.circle(16, -14, 3, tone(0.15)); d.path('M9 -15L16 -21L23 -15Z', tone(0.1)); d.line('M20 -8L30 8', tone(0.2), 1.6); });
const birds = (d, places) => { for (const [x, y] of places) d.line(`M${x - 5} ${y - 2}Q${x - 2} ${y - 4} ${x} ${y}Q${x + 2} ${y - 4} ${x + 5} ${y - 2}`, tone(0.2), 1.4); };

export const inkwash = {
  'art-ink-landscape': (d) => {
    ink(d); if (d.chance(0.6)) d.circle(d.between(28, 100), d.between(18, 32), d.between(7, 11), d.pick(['#d9452f', '#d9452f', '#e8e2d2']));
    d.brushed(7, 1.6, () => range(d, 78, d.between(44, 62), 3, 0.55, 4, 124)); d.brushed(7, 0.9, () => range(d, 94, d.between(38, 56), d.pick([2, 3]), 0.3, 10, 118)); d.brushed(6, 0.5, () => range(d, 108, d.between(24, 34), 2, 0.05, d.pick([4, 44]), d.pick([84, 124])));
    d.brushed(2, 0.4, () => { boat(d, d.between(44, 88), 108, d.between(0.6, 0.9)); for (const y of [112, 117, 121]) d.line(`M${d.between(16, 36)} ${y}H${d.between(84, 114)}`, tone(0.6), 1.3, 'opacity="0.6"'); }); if (d.chance(0.6)) birds(d, [[86, 40], [96, 34], [104, 42]]); if (d.chance(0.5)) seal(d, 108, 106);
  },
  'art-ink-bamboo': (d) => {
    ink(d, 'art-bamboo'); d.brushed(3, 0.35, () => { for (const [x, w, t] of d.pick([[[48, 7, 0.15], [84, 5, 0.5]], [[40, 5, 0.5], [62, 8, 0.1], [90, 4, 0.6]]])) { let y = 124; while (y > 6) { const h = d.between(22, 28); d.line(`M${x + (124 - y) * 0.06} ${y}L${x + (124 - y + h) * 0.06} ${Math.max(6, y - h + 4)}`, tone(t), w); d.line(`M${x + (124 - y) * 0.06 - w / 2} ${y + 1}h${w}`, tone(t - 0.1 < 0 ? 0 : t - 0.1), 2); y -= h; } for (let i = 0; i < 4; i++) { const u = x + d.between(0, 6), v = d.between(14, 92), m = d.chance(0.5) ? 1 : -1; for (const a of [70, 100, 130, 40].slice(0, d.int(2, 4))) d.path(petal(u, v, d.between(24, 36), 7, 1), tone(d.between(0, 0.45)), `transform="rotate(${m * a + d.between(-8, 8)} ${u} ${v})"`); } } }); if (d.chance(0.7)) seal(d, 104, 104);
  },
  'art-ink-plum': (d) => {
    ink(d, 'art-plum-blossom'); const bloom = d.pick(['#c8304a', '#c8304a', '#e58fa5', '#8a8a92']); d.brushed(5, 0.4, () => { d.line('M8 122Q34 100 44 78', tone(0.1), 11); d.line('M42 82Q54 56 80 46T120 18', tone(0.15), 6); d.line('M48 68Q38 44 46 18M80 46Q98 52 112 68', tone(0.25), 3.6); }); d.brushed(2.5, 0.5, () => { for (const [x, y, r] of [[46, 20, 8], [42, 44, 9], [60, 62, 10], [80, 44, 11], [98, 32, 10], [118, 18, 7], [108, 66, 9], [70, 30, 6], [30, 92, 8]]) if (d.chance(0.8)) { d.spun(5, x, y, () => d.path(petal(x, y, r, r), bloom, 'opacity="0.78"')); d.circle(x, y, r * 0.2, tone(0.1)); } }); if (d.chance(0.7)) seal(d, 106, 106);
  },
  'art-ink-fish': (d) => {
    ink(d, '1f41f'); const warm = d.chance(0.4) ? '#c84a32' : tone(0.2); d.lean = 20; const fish = (x, y, s, a) => d.group(`transform="translate(${x} ${y}) rotate(${a}) scale(${s})"`, () => { d.path(smooth([[-46, 0], [-26, -13], [2, -15], [28, -5], [34, 0], [28, 5], [2, 14], [-26, 12]]), d.gradient('linear', 'x1="0" y1="0" x2="0" y2="1"', [[0, warm, 0.95], [0.6, mix(warm, '#ffffff', 0.45), 0.75], [1, '#e6e8ea', 0.5]])); d.path('M30 0Q46 -18 58 -16Q52 -4 50 0Q54 8 58 18Q44 14 30 0Z', warm, 'opacity="0.6"'); d.path('M-16 -14Q2 -32 16 -12Z', warm, 'opacity="0.6"'); d.path('M-20 12Q-16 26 -4 22Q-8 16 -8 12Z', warm, 'opacity="0.55"'); d.circle(-36, -3, 3, tone(0)); for (let i = 0; i < 4; i++) d.line(`M${-18 + i * 12} -9q6 9 0 18`, tone(0.1), 1, 'opacity="0.5"'); }); d.brushed(3, 0.4, () => { if (d.chance(0.6)) { fish(56, 46, 1, d.between(-20, 20)); fish(74, 92, 0.8, d.between(150, 200)); } else fish(60, 64, 1.12, d.between(-24, 24)); for (let i = 0; i < 3; i++) d.line(`M${d.between(10, 60)} ${d.between(20, 116)}q14 -5 28 0`, tone(0.65), 1.3, 'opacity="0.6"'); }); if (d.chance(0.5)) seal(d, 106, 108);
  },
  'art-ink-lotus': (d) => {
    ink(d, '1fab7'); const bloom = d.pick(['#d9608a', '#e58fa5', '#9a9aa4']); d.brushed(7, 1.2, () => { d.path(smooth([[4, 84], [30, 66], [66, 74], [76, 92], [44, 106], [12, 100]]), tone(0.3), 'opacity="0.85"'); d.path(smooth([[70, 102], [100, 92], [124, 104], [104, 118], [78, 116]]), tone(0.5), 'opacity="0.8"'); d.path(smooth([[30, 82], [44, 76], [56, 86], [42, 94]]), tone(0.05), 'opacity="0.5"'); }); d.brushed(2.5, 0.5, () => { d.line('M80 54Q84 84 74 122M36 84Q40 106 34 124', tone(0.3), 2.8); for (const [a, l] of [[-70, 30], [70, 30], [-42, 38], [42, 38], [-18, 44], [18, 44], [0, 46]]) d.path(petal(80, 58, l, 18, 0.6), d.gradient('linear', 'x1="0" y1="0" x2="0" y2="1"', [[0, bloom, 0.95], [1, '#f6e6ea', 0.9]]), `transform="rotate(${a} 80 58)" stroke="${mix(bloom, '#5a3040', 0.4)}" stroke-width="0.6"`); }); if (d.chance(0.6)) { d.brushed(2, 0.3, () => { d.line('M26 74V40', tone(0.3), 2); d.path('M26 42Q20 26 26 14Q32 26 26 42Z', bloom); }); } if (d.chance(0.6)) seal(d, 8, 108);
  },
  'art-ink-pine-crane': (d) => {
    ink(d); if (d.chance(0.6)) d.circle(92, 30, 13, '#d9452f', 'opacity="0.9"'); d.brushed(4, 0.4, () => { d.line('M2 62Q30 54 50 66T92 84', tone(0.1), 7); d.line('M30 58Q34 40 24 26M52 68Q62 52 60 40', tone(0.2), 4); }); d.brushed(2, 0.3, () => { for (const [x, y, r] of [[22, 26, 20], [60, 38, 18], [8, 54, 16], [92, 82, 17], [44, 82, 14]]) for (let a = -170; a <= -10; a += 13) { const [u, v] = at(x, y + 6, r, a); d.line(`M${x} ${y + 6}L${u} ${v}`, tone(d.between(0, 0.35)), 1.3); } }); d.brushed(1.4, 0.3, () => { d.path(smooth([[62, 100], [80, 94], [100, 104], [92, 114], [72, 112]]), '#f3f4f2', `stroke="${tone(0.3)}" stroke-width="1.2"`); d.path('M88 104Q106 106 112 118Q98 118 86 112Z', tone(0.05)); d.line('M66 102Q54 98 60 86Q62 80 58 78', tone(0.3), 5.4); d.line('M66 102Q54 98 60 86Q62 80 58 78', '#f3f4f2', 3.4); d.circle(57, 76, 3.4, '#c8302c'); d.line('M55 77L44 80', tone(0.1), 1.8); d.line('M78 112V126M84 112V126', tone(0.2), 1.8); }); if (d.chance(0.5)) seal(d, 8, 108);
  },
};
