// Porcelain, coins, instruments, games, the scholar's desk.
import { at, dark, GOLD, INK, JADE, light, mix, petal, polygon, RED, smooth, WOOD } from './draw.mjs';
import { write } from './writing.mjs';

const CHINA = '#f6f8fb', COBALT = '#2454b4';

/** Lotus scrolls, bands and clouds in cobalt, within the outline of a pot. */
function cobalt(d, outline, top, bottom, wide) {
  const blue = d.near(COBALT), mid = (top + bottom) / 2, kind = d.pick(['lotus', 'scroll', 'plum', 'hills', 'dragon']);
  d.clipped(outline, () => {
    for (const y of [top + 3, bottom - 3]) { d.line(`M0 ${y}Q64 ${y + 6} 128 ${y}`, blue, 2); }
    for (let x = 64 - wide; x <= 64 + wide; x += 11) { d.path(petal(x, bottom - 5, 14, 10, 0.5), 'none', `stroke="${blue}" stroke-width="1.6"`); d.path(petal(x, top + 6, 10, 9, 0.5), blue, `opacity="0.85" transform="rotate(180 ${x} ${top + 6})"`); }
    if (kind === 'lotus' || kind === 'scroll') {
      for (const [x, y, r] of kind === 'lotus' ? [[64, mid, 17]] : [[48, mid - 8, 11], [82, mid + 8, 11]]) { for (const a of [-80, -48, -16, 16, 48, 80]) d.path(petal(x, y + r * 0.3, r, r * 0.6, 0.5), mix(blue, CHINA, 0.2 + Math.abs(a) / 240), `stroke="${blue}" stroke-width="1.1" transform="rotate(${a} ${x} ${y + r * 0.3})"`); d.circle(x, y + r * 0.3, r * 0.22, blue); }
      for (const m of [1, -1]) { d.line(`M64 ${mid + 12}C${64 + m * 16} ${mid + 24} ${64 + m * 34} ${mid + 8} ${64 + m * 28} ${mid - 6}C${64 + m * 24} ${mid - 14} ${64 + m * 16} ${mid - 8} ${64 + m * 20} ${mid - 2}`, blue, 2); d.path(petal(64 + m * 32, mid + 8, 11, 7, 0.6), blue, `transform="rotate(${m * 60} ${64 + m * 32} ${mid + 8})"`); }
    }
    if (kind === 'plum') { d.line(`M${64 - wide} ${mid + 22}Q60 ${mid + 16} 66 ${mid - 4}T${64 + wide} ${mid - 24}M64 ${mid + 6}Q80 ${mid + 10} 92 ${mid + 2}`, blue, 2.4); for (const [x, y, r] of [[56, mid + 10, 7], [70, mid - 8, 8], [84, mid + 4, 6], [46, mid - 6, 6]]) { d.spun(5, x, y, () => d.path(petal(x, y, r, r * 0.85), mix(blue, CHINA, 0.35), `stroke="${blue}" stroke-width="0.9"`)); d.circle(x, y, 1.6, blue); } }
    if (kind === 'hills') { d.path(`M0 ${mid + 20}Q30 ${mid - 20} 46 ${mid + 6}Q62 ${mid - 36} 80 ${mid}Q96 ${mid - 20} 128 ${mid + 20}Z`, mix(blue, CHINA, 0.35)); d.path(`M0 ${mid + 22}Q40 ${mid - 2} 60 ${mid + 16}Q90 ${mid - 4} 128 ${mid + 22}Z`, blue); d.circle(86, mid - 20, 4, blue); }
    if (kind === 'dragon') { d.line(`M${64 - 26} ${mid + 12}C${64 - 40} ${mid - 20} ${64 - 4} ${mid - 26} 62 ${mid - 4}C64 ${mid + 16} ${64 + 22} ${mid + 22} ${64 + 28} ${mid - 6}`, blue, 6); d.circle(64 + 28, mid - 10, 6, blue); for (const [x, y] of [[36, mid - 12], [60, mid + 8], [82, mid + 14]]) d.line(`M${x} ${y}l7 7M${x} ${y}l-3 8`, blue, 2.2); d.line(`M${64 + 30} ${mid - 14}q4 -8 10 -6`, blue, 2); }
  });
}

export const things = {
  'art-porcelain-vase': (d) => {
    d.style('porcelain'); const shapes = [
      ['M52 8H76C78 20 70 28 72 40C98 50 104 76 92 96C86 108 84 112 84 120H44C44 112 42 108 36 96C24 76 30 50 56 40C58 28 50 20 52 8Z', 42, 114, 40],
      ['M50 6H78V18C74 22 76 26 84 30C112 44 110 78 90 98C84 106 84 112 86 120H42C44 112 44 106 38 98C18 78 16 44 44 30C52 26 54 22 50 18Z', 32, 114, 46],
      ['M56 6H72C74 22 70 40 74 54C94 66 100 84 92 102C88 110 84 114 82 120H46C44 114 40 110 36 102C28 84 34 66 54 54C58 40 54 22 56 6Z', 56, 114, 36],
      ['M40 10H88C88 20 82 26 84 34C96 44 98 66 92 90L88 120H40L36 90C30 66 32 44 44 34C46 26 40 20 40 10Z', 36, 114, 36]];
    const [shape, top, bottom, wide] = d.pick(shapes); d.lean = 2;
    d.path(shape, d.gradient('linear', 'x1="0" y1="0" x2="1" y2="0"', [[0, '#c9d3e4'], [0.3, '#ffffff'], [0.65, CHINA], [1, '#b3bfd6']])); cobalt(d, shape, top, bottom, wide); d.clipped(shape, () => { d.line('M30 9H98', COBALT, 3); d.line('M30 119H98', COBALT, 3); if (top > 40) for (let x = 52; x < 80; x += 8) d.path(petal(x, top - 2, 18, 7, 0.7), 'none', `stroke="${COBALT}" stroke-width="1.4"`); });
    d.shine(46, 66, 4, 20, 6, 0.6);
  },
  'art-porcelain-plate': (d) => {
    d.style('porcelain'); const blue = d.near(COBALT); d.lean = 20;
    d.circle(64, 64, 60, d.ball('#e3e9f2')); d.circle(64, 64, 57, CHINA); d.ring(64, 64, 56, blue, 2.4); d.ring(64, 64, 40, blue, 1.8); d.ring(64, 64, 37, blue, 1);
    const n = d.pick([8, 10, 12]); d.spun(n, 64, 64, () => { d.path(petal(64, 22, 11, 11, 0.4), mix(blue, CHINA, 0.25), `stroke="${blue}" stroke-width="1"`); }); d.spun(n, 64, 64, () => d.line('M58 17q6 6 12 0', blue, 1.8), 180 / n);
    if (d.chance(0.5)) { d.line('M40 52q8 -10 12 0t12 0t12 0t12 0', 'none', 0); d.path(smooth([[36, 62], [50, 50], [70, 52], [82, 62], [70, 74], [50, 74]]), mix(blue, CHINA, 0.2)); d.path('M80 62C88 56 90 50 96 48C94 60 94 66 97 78C90 74 86 68 80 62Z', blue); d.circle(46, 60, 2.4, CHINA); for (const x of [56, 64, 72]) d.line(`M${x} 56q5 6 0 14`, CHINA, 1.6); d.line('M40 84q8 -6 16 0t16 0t16 0', blue, 2); }
    else { d.spun(8, 64, 64, () => d.path(petal(64, 62, 28, 17, 0.3), mix(blue, CHINA, 0.3), `stroke="${blue}" stroke-width="1.2"`)); d.spun(8, 64, 64, () => d.path(petal(64, 62, 15, 9, 0.3), blue), 22.5); d.circle(64, 64, 5, CHINA); }
  },
  'art-porcelain-bowl': (d) => {
    d.style('porcelain'); d.lean = 3; const shape = 'M8 42C10 82 34 100 46 104L44 118H84L82 104C94 100 118 82 120 42Z';
    d.path(shape, d.gradient('linear', 'x1="0" y1="0" x2="1" y2="0"', [[0, '#c9d3e4'], [0.3, '#fff'], [0.65, CHINA], [1, '#b3bfd6']])); cobalt(d, shape, 48, 104, 52); d.ellipse(64, 42, 56, 16, '#dfe6f0'); d.ellipse(64, 44, 50, 12, '#f8fafc'); d.ring(64, 42, 55, COBALT, 2, 'transform="translate(0 30) scale(1 0.285)"');
  },
  'art-yixing-teapot': (d) => {
    const clay = d.near(d.pick(['#8a4a36', '#6e3a2e', '#a8623e', '#5a4038'])); d.lean = 3;
    d.path('M92 62C112 50 116 40 124 36L126 44C120 52 116 74 96 88Z', d.fall(clay)); d.line('M30 62C2 52 2 98 34 92', dark(clay, 0.1), 8); d.path('M26 66C26 46 44 38 64 38C84 38 102 46 102 66C102 96 86 108 64 108C42 108 26 96 26 66Z', d.ball(clay)); d.ellipse(64, 108, 26, 5, dark(clay, 0.3)); d.path('M38 44Q64 26 90 44Q64 52 38 44Z', d.ball(light(clay, 0.08))); d.line('M38 45Q64 54 90 45', dark(clay, 0.35), 2); d.circle(64, 28, 7, d.ball(clay)); d.shine(46, 62, 8, 14, 24, 0.25);
    if (d.chance(0.5)) { d.line('M54 92L60 60M70 92L68 62', dark(clay, 0.4), 2); for (const [x, y, a] of [[60, 66, 50], [68, 70, -40], [58, 80, -60], [69, 82, 50]]) d.path(petal(x, y, 14, 4.6, 1), dark(clay, 0.4), `transform="rotate(${a} ${x} ${y})"`); } if (d.chance(0.4)) d.steam([120], 34, 22);
  },
  'art-gaiwan': (d) => {
    const china = d.pick([CHINA, CHINA, '#e9f3ec', '#fdf3dc', '#d9292f']), blue = china === CHINA ? COBALT : china === '#d9292f' ? GOLD : d.pick(['#3f8f6a', '#d9425c', '#8a5a32']); d.lean = 3;
    d.ellipse(64, 108, 52, 11, dark(china, 0.2)); d.ellipse(64, 105, 52, 10, d.fall(china, 0.1)); d.ring(64, 105, 46, blue, 1.6, 'transform="translate(0 86) scale(1 0.18)"'); d.path('M22 52C24 84 44 98 50 102H78C84 98 104 84 106 52Z', d.across(china)); d.ellipse(64, 52, 42, 8, dark(china, 0.15)); d.path('M26 50C32 30 50 24 64 24C78 24 96 30 102 50Q64 60 26 50Z', d.fall(china, 0.2)); d.path('M54 26C52 16 76 16 74 26Q64 30 54 26Z', d.fall(china, 0.2), `stroke="${blue}" stroke-width="1.4"`); d.line('M26 50Q64 60 102 50', blue, 1.8); d.line('M24 60Q64 72 104 60', blue, 1.6);
    for (const [x, y, r] of [[64, 80, 10], [44, 74, 7], [84, 74, 7], [64, 42, 6], [46, 42, 4.6], [82, 42, 4.6]]) { d.spun(5, x, y, () => d.path(petal(x, y, r, r * 0.8), blue, 'opacity="0.9"')); d.circle(x, y, r * 0.25, china); }
  },
  'art-copper-coin': (d) => {
    const copper = d.near(d.pick(['#c98f3c', '#e0ad48', '#a8743a', '#8f8a5a'])); d.lean = 20;
    d.path('M4 64a60 60 0 1 0 120 0a60 60 0 1 0 -120 0ZM48 48H80V80H48Z', d.ball(copper), 'fill-rule="evenodd"'); d.ring(64, 64, 55, dark(copper, 0.22), 3); d.rect(46, 46, 36, 36, 1, 'none', `stroke="${dark(copper, 0.25)}" stroke-width="3.4"`); d.flips = false;
    const ink = dark(copper, 0.5), words = d.pick([['大', '吉', '平', '安'], ['福', '寿', '平', '安'], ['大', '中', '平', '安']]); write(d, words[0], 54, 16, 21, ink, 12); write(d, words[1], 54, 92, 21, ink, 12); write(d, words[2], 90, 54, 21, ink, 12); write(d, words[3], 18, 54, 21, ink, 12);
    if (d.chance(0.3)) { d.line('M64 46V-4', RED, 4); d.line('M64 82V132', RED, 4); }
  },
  'art-gold-ingot': (d) => {
    const gold = d.near(d.pick(['#f2b632', '#f2b632', '#c9ced6'])), one = (x, y, s) => d.moved(x - 64 * s, y - 64 * s, s, () => {
      d.path('M2 40C8 38 22 44 34 56H94C106 44 120 38 126 40C126 66 106 104 92 106H36C22 104 2 66 2 40Z', d.fall(gold, 0.3)); d.path('M34 58C34 34 48 24 64 24C80 24 94 34 94 58C84 70 44 70 34 58Z', d.ball(light(gold, 0.2))); d.path('M2 40C8 38 22 44 34 57C48 70 80 70 94 57C106 44 120 38 126 40C120 54 104 78 64 78C24 78 8 54 2 40Z', light(gold, 0.28)); d.path('M34 58C34 34 48 24 64 24C80 24 94 34 94 58C84 68 44 68 34 58Z', d.ball(gold)); d.shine(52, 38, 9, 5, -30, 0.8); d.line('M30 92Q64 104 98 92', dark(gold, 0.18), 2);
    });
    if (d.chance(0.65)) one(64, 64, 0.98); else { one(38, 84, 0.58); one(92, 84, 0.58); one(64, 50, 0.6); }
  },
  'art-guzheng': (d) => {
    const wood = d.near(d.pick(['#8a4a2c', '#5a3020', '#b5723c'])); d.lean = 4;
    d.turned(-14, 64, 64, () => { d.path('M4 64C4 50 12 46 20 46L112 50C120 50 124 58 124 66V80C124 86 120 88 114 88L18 92C8 92 4 78 4 64Z', dark(wood, 0.35)); d.path('M4 60C4 46 12 42 20 42L112 46C120 46 124 54 124 62V72C124 78 120 80 114 80L18 84C8 84 4 74 4 60Z', d.fall(wood, 0.2)); d.path('M22 42L28 84L20 84C8 84 4 74 4 60C4 46 12 42 20 42Z', dark(wood, 0.3)); d.path('M104 46L100 80L114 80C122 80 124 74 124 66C124 52 120 46 112 46Z', dark(wood, 0.3));
      for (let i = 0; i < 8; i++) { const y = 47 + i * 4.6; d.line(`M25 ${y - 1}L102 ${y}`, '#f6ecd0', 0.9); d.path(`M${40 + i * 6.4} ${y - 5}l3 7h-6Z`, '#f4e6c4'); } d.spun(5, 14, 62, () => d.path(petal(14, 61, 7, 6), GOLD)); d.circle(112, 62, 4, GOLD); d.path('M18 90L14 108H22L28 90ZM104 86L102 104H110L114 86Z', dark(wood, 0.4)); });
  },
  'art-pipa': (d) => {
    const wood = d.near(d.pick(['#b5652c', '#8a4426', '#d08a42'])), face = light(wood, 0.45);
    d.turned(d.between(8, 26), 64, 64, () => { d.path('M58 26H70L72 52C92 66 104 86 100 104C96 122 80 126 64 126C48 126 32 122 28 104C24 86 36 66 56 52Z', d.fall(dark(wood, 0.1))); d.path('M59 40H69L71 56C88 70 98 88 95 103C91 118 78 121 64 121C50 121 37 118 33 103C30 88 40 70 57 56Z', d.ball(face)); d.path('M56 4C50 2 48 10 54 14L58 28H70L74 14C80 10 78 2 72 4Q64 -2 56 4Z', d.fall(dark(wood, 0.3))); for (const [x, m] of [[50, 1], [78, -1]]) for (const y of [14, 22]) { d.line(`M${x} ${y}L${64} ${y + 1}`, '#3a2018', 3); d.circle(x, y, 2.8, '#f4e6c4'); } for (let y = 36; y < 84; y += 7) d.line(`M${60 - (y > 52 ? (y - 52) * 0.16 : 0)} ${y}H${68 + (y > 52 ? (y - 52) * 0.16 : 0)}`, '#5a3420', 2.6); d.rect(48, 102, 32, 6, 2, '#4a2818'); for (const x of [61, 63, 65, 67]) d.line(`M${x} 24L${56 + (x - 61) * 2.6} 103`, '#fdf6e4', 0.9); d.mirrored(() => d.path('M46 88q-5 5 0 10q5 -5 0 -10Z', '#5a3420')); });
  },
  'art-erhu': (d) => {
    const wood = d.near(d.pick(['#6e3220', '#8a4a2c', '#3f2420'])); 
    d.turned(d.between(4, 14), 64, 64, () => { d.rect(60, 4, 7, 100, 3, d.across(wood)); d.path('M60 8C56 2 62 -2 70 2L67 12H60Z', dark(wood, 0.2)); for (const y of [20, 34]) { d.line(`M50 ${y}H66`, dark(wood, 0.3), 4.6); d.circle(49, y, 3, '#f4e6c4'); } d.path('M46 92H80L86 104L80 118H46L40 104Z', d.fall(wood, 0.25)); d.path('M49 95H77L82 104L77 115H49L44 104Z', '#e0cfa0'); d.path('M49 95H77L82 104L77 115H49L44 104Z', 'none', `stroke="${dark(wood, 0.2)}" stroke-width="2"`); for (const [x, y] of [[52, 100], [60, 104], [68, 100], [74, 107], [54, 110], [66, 111]]) d.circle(x, y, 2, '#8a7a4a'); d.line('M58 24L60 104M69 36L66 104', '#fdf6e4', 1.1); d.line('M58 52H69', '#e0b46c', 3); d.line('M16 82Q60 60 116 84', WOOD, 3); d.line('M18 84L116 88', '#f6f0e0', 2.4); d.rect(56, 102, 14, 4, 1.5, '#4a2818'); d.rect(44, 117, 38, 5, 2, dark(wood, 0.3)); });
  },
  'art-bamboo-flute': (d) => {
    const bamboo = d.near(d.pick(['#c9a052', '#8fae4a', '#a8683a', '#e0c080'])), cord = d.pick([RED, '#3f7fc0', '#5fae8a']);
    d.turned(d.between(-42, -24), 64, 60, () => { d.rect(-8, 54, 144, 13, 5, d.fall(bamboo, 0.4)); for (const x of [-2, 24, 66, 104, 128]) d.rect(x, 53, 5, 15, 1.5, x % 3 ? dark(bamboo, 0.35) : RED); for (const x of [12, 40, 52, 76, 86, 96, 116]) d.ellipse(x, 59, 2.6, 2.2, '#3a2418'); }); d.tassel(20, 92, 26, cord);
  },
  'art-go': (d) => {
    const wood = d.near('#e3b768'); d.lean = 10; const lines = 7, step = 14;
    d.rect(6, 10, 116, 116, 5, dark(wood, 0.35)); d.rect(6, 4, 116, 116, 5, d.fall(wood, 0.12)); for (let i = 0; i < lines; i++) { d.line(`M${22 + i * step} 20V104M22 ${20 + i * step}H106`, '#6e4a24', 1.2); } for (const x of [36, 64, 92]) for (const y of [34, 62, 90]) d.circle(x, y, 1.8, '#6e4a24');
    const taken = new Set(); for (let i = 0; i < d.int(9, 15); i++) { const c = d.int(0, 6), r = d.int(0, 6), key = c * 10 + r; if (taken.has(key)) continue; taken.add(key); d.circle(22 + c * step, 21.5 + r * step, 6.6, '#00000055'); d.circle(22 + c * step, 20 + r * step, 6.6, d.ball(i % 2 ? '#fbfbf8' : '#3a3640')); }
  },
  '1f004': (d) => {
    d.upright(); const back = d.pick(['#2f9c5c', '#3f8fc0', '#e0a63c']), kind = d.int(0, 5);
    d.rect(24, 12, 84, 112, 12, d.fall(back)); d.rect(22, 8, 84, 112, 12, '#d9d2c0'); d.rect(20, 4, 84, 112, 12, d.fall('#fbf8ee', 0.08));
    if (kind === 0) write(d, '中', 34, 26, 56, '#d3262b', 11); if (kind === 1) write(d, '发', 34, 30, 58, '#2f8f4c', 11); if (kind === 2) d.rect(34, 20, 56, 80, 4, 'none', `stroke="#2f6fc6" stroke-width="6"`); if (kind === 3) { write(d, d.pick(['一', '二', '三']), 42, 14, 40, '#2b2830', 12); write(d, '万', 38, 60, 48, '#d3262b', 12); }
    if (kind === 4) for (const [x, y, c] of d.pick([[[44, 30, 0], [80, 30, 1], [62, 60, 2], [44, 90, 1], [80, 90, 0]], [[44, 36, 0], [80, 36, 1], [44, 84, 1], [80, 84, 0]], [[62, 60, 2]]])) { const col = ['#2f6fc6', '#2f8f4c', '#d3262b'][c]; d.circle(x, y, 13, col); d.circle(x, y, 9, '#fbf8ee'); d.circle(x, y, 6, col); d.circle(x, y, 2, '#fbf8ee'); }
    if (kind === 5) for (const [x, y] of [[40, 24], [62, 24], [84, 24], [40, 66], [62, 66], [84, 66]]) { const col = x === 62 ? '#d3262b' : '#2f8f4c'; d.rect(x - 4, y, 8, 32, 4, col); d.rect(x - 6, y + 13, 12, 6, 3, col); d.line(`M${x} ${y + 4}v24`, '#fbf8ee', 1.4); }
  },
  'art-xiangqi': (d) => {
    d.upright(); const wood = d.near('#e6bd76'), red = d.chance(0.5), ink = red ? '#c8202c' : '#2b2830';
    const one = (x, y, s, word, c) => d.moved(x - 64 * s, y - 64 * s, s, () => { d.circle(64, 74, 54, dark(wood, 0.35)); d.circle(64, 64, 54, d.ball(wood)); d.ring(64, 64, 45, c, 3); write(d, word, 36, 35, 57, c, 12); });
    const words = ['車', '炮', '兵', '士']; if (d.chance(0.6)) one(64, 60, 1.05, d.pick(words), ink); else { one(38, 42, 0.62, d.pick(words), '#c8202c'); one(88, 82, 0.66, d.pick(words), '#2b2830'); }
  },
  'art-writing-brush': (d) => {
    const shaft = d.near(d.pick(['#c9a052', '#5a3020', '#8a4a2c', '#3f7f6a'])), wet = d.chance(0.7);
    d.turned(d.between(28, 48), 64, 64, () => { d.line('M64 2V-6', RED, 2.4); d.ring(64, -8, 4, RED, 2); d.rect(57, 0, 14, 74, 4, d.across(shaft)); d.rect(56, 4, 16, 6, 2, GOLD); d.rect(55, 66, 18, 14, 3, d.across(dark(shaft, 0.4))); d.path('M55 80C50 94 56 108 64 126C72 108 78 94 73 80Z', d.across(wet ? '#4a4650' : '#f2e8d4')); d.path('M55 80C52 88 53 94 55 98Q64 90 73 98C75 94 76 88 73 80Z', d.across('#efe2c8')); });
    if (wet && d.chance(0.6)) d.brushed(3, 0.3, () => d.line('M12 116Q40 104 66 114T112 112', INK, 7, 'opacity="0.85"'));
  },
  'art-inkstone': (d) => {
    const stone = d.near('#4a4650'); d.lean = 6; d.ellipse(62, 92, 58, 26, dark(stone, 0.5)); d.ellipse(62, 84, 58, 27, d.fall(stone, 0.25)); d.ellipse(62, 82, 46, 19, dark(stone, 0.25)); d.ellipse(58, 82, 36, 13, '#19171d'); d.ellipse(50, 79, 14, 4, '#5b5866', 'opacity="0.8"'); d.mirrored(() => d.line('M16 72q-6 -8 4 -12q8 -2 6 6', light(stone, 0.25), 3));
    d.turned(34, 88, 54, () => { d.rect(80, 16, 17, 60, 2, d.across('#2b2830')); d.rect(80, 22, 17, 18, 0, GOLD); d.line('M88 26v10M85 31h7', '#8a5a1c', 1.6); }); if (d.chance(0.4)) d.turned(-40, 30, 50, () => { d.rect(27, 6, 7, 50, 3, d.across('#c9a052')); d.path('M26 56C23 66 28 74 30.5 84C34 74 38 66 35 56Z', '#3a3640'); });
  },
  'art-seal': (d) => {
    d.upright(); const stone = d.near(d.pick(['#cfe0c4', '#f0e2c4', '#d99a7c', '#8fb8a0', '#e8b8b0'])), word = d.pick(['福', '吉', '寿', '王', '安']); d.path('M14 70L64 58L86 66L36 80Z', light(stone, 0.3)); d.path('M36 80L86 66V104L36 122Z', d.fall(dark(stone, 0.12))); d.path('M14 70L36 80V122L14 108Z', d.fall(stone)); d.path('M14 101L36 113L86 96V104L36 122L14 108Z', '#c8202c');
    d.path(smooth([[34, 68], [30, 52], [38, 36], [52, 30], [66, 38], [72, 52], [68, 64], [50, 72]]), d.ball(stone)); d.circle(38, 42, 9, d.ball(stone)); d.circle(35, 41, 2, '#4a3a34'); d.line('M58 42q8 4 4 12', dark(stone, 0.3), 2); d.circle(34, 36, 3.4, d.ball(stone)); d.circle(43, 35, 3.4, d.ball(stone));
    d.rect(82, 14, 40, 40, 4, '#c8202c'); write(d, word, 87, 19, 30, '#fdf3e4', 12);
  },
  'art-scroll-painting': (d) => {
    d.upright(); const mount = d.near(d.pick(['#d9c49a', '#7f9c9a', '#b56a50', '#a8a0b4'])), kind = d.pick(['hills', 'bamboo', 'plum', 'writing']); d.line('M64 2L30 12M64 2L98 12', '#8a5a2c', 2); d.rect(22, 10, 84, 104, 1, d.fall(mount, 0.1)); d.rect(32, 24, 64, 76, 0, '#f9f3e2');
    if (kind === 'hills') { d.circle(80, 38, 5, '#d9402c'); d.path('M32 74Q44 36 56 62Q66 40 78 66Q86 54 96 72V84H32Z', '#8f98a0', 'opacity="0.75"'); d.path('M32 86Q48 58 62 80Q78 66 96 86V92H32Z', '#4d5660'); d.line('M54 92h14l-3 3h-8Z', '#2b2830', 1.6); } if (kind === 'bamboo') { d.line('M52 98L56 28M70 98L68 40', '#3f5f48', 3.4); for (const [x, y, a] of [[56, 36, 60], [55, 48, 110], [54, 60, -70], [68, 50, 50], [69, 64, 100], [69, 54, -60]]) d.path(petal(x, y, 24, 6, 1), '#4f7a58', `transform="rotate(${a} ${x} ${y})"`); } if (kind === 'plum') { d.line('M38 96Q50 76 58 64T84 32M58 64Q72 66 84 58', '#4a3a34', 3); for (const [x, y] of [[52, 74], [62, 58], [74, 44], [84, 34], [80, 60], [48, 60]]) d.spun(5, x, y, () => d.path(petal(x, y, 6, 5), '#d9425c')); } if (kind === 'writing') { d.pick([['福', '寿'], ['平', '安'], ['大', '吉']]).forEach((word, i) => write(d, word, 46, 28 + i * 36, 34, INK, 11)); }
    d.rect(84, 88, 7, 7, 1, '#c8202c'); d.rect(12, 110, 104, 9, 3, d.fall(WOOD)); d.rect(6, 108, 10, 13, 3, '#5a3020'); d.rect(112, 108, 10, 13, 3, '#5a3020'); d.rect(20, 8, 88, 5, 2, d.fall(WOOD));
  },
  'art-bagua': (d) => {
    const ink = d.pick([INK, '#7a3b22', '#8e1f24']), pale = d.pick(['#fbf6ea', '#f4d9a0', '#f9c845']), corner = (r) => polygon(Array.from({ length: 8 }, (_, i) => at(64, 64, r, 22.5 + i * 45))); d.lean = 12;
    d.path(corner(62), ink); d.path(corner(57), d.fall(pale, 0.1)); const lines = [7, 3, 5, 1, 0, 4, 2, 6]; d.spun(8, 64, 64, (i) => { for (let k = 0; k < 3; k++) { const y = 14 + k * 7, w = 15 - k * 2; if ((lines[i] >> k) & 1) d.rect(64 - w, y, 2 * w, 4.4, 0.6, ink); else { d.rect(64 - w, y, w - 2, 4.4, 0.6, ink); d.rect(66, y, w - 2, 4.4, 0.6, ink); } } });
    d.circle(64, 64, 25, ink); d.circle(64, 64, 23.4, pale); d.path('M64 40.6A23.4 23.4 0 0 1 64 87.4A11.7 11.7 0 0 1 64 64A11.7 11.7 0 0 0 64 40.6Z', ink); d.circle(64, 52.3, 3.6, ink); d.circle(64, 75.7, 3.6, pale);
  },
  'art-gourd': (d) => {
    const skin = d.near(d.pick(['#d9a03c', '#b5762c', '#9cae4a', '#c8482c'])); d.lean = 12; d.line('M64 18Q60 6 70 2', '#7a5a32', 5); d.path('M64 14C82 14 90 28 88 40C86 50 78 52 78 58C98 64 110 78 108 94C106 114 86 122 64 122C42 122 22 114 20 94C18 78 30 64 50 58C50 52 42 50 40 40C38 28 46 14 64 14Z', d.ball(skin)); d.shine(46, 82, 8, 14, 20, 0.5); d.shine(52, 30, 5, 7, 20, 0.5);
    const cord = d.pick([RED, '#3f8f6a']); d.line('M48 58Q64 66 80 58', cord, 5); d.line('M64 62C52 54 44 68 64 64C84 68 76 54 64 62M62 64L54 84M66 64L72 86', cord, 3); if (d.chance(0.5)) { d.flips = false; write(d, d.pick(['福', '酒', '寿']), 49, 78, 32, dark(skin, 0.6), 11); }
  },
  'art-folding-screen': (d) => {
    const frame = d.near(d.pick(['#6e3220', '#3f2420', '#a8622c'])), leaf = d.near(d.pick(['#f6e8c8', '#e6d08a', '#dfe8e0', '#c8d8e4'])), kind = d.pick(['hills', 'plum', 'bamboo', 'crane']); d.lean = 2;
    const tops = [[4, 18, 12], [34, 12, 18], [64, 18, 12], [94, 12, 18]]; tops.forEach(([x, a, b], i) => { const w = 30; d.path(polygon([[x, a], [x + w, b], [x + w, b + 98], [x, a + 98]]), d.fall(frame, 0.15)); d.path(polygon([[x + 3.5, a + 4], [x + w - 3.5, b + 4], [x + w - 3.5, b + 80], [x + 3.5, a + 80]]), i % 2 ? dark(leaf, 0.06) : light(leaf, 0.15)); d.path(polygon([[x + 4, a + 84], [x + w - 4, b + 84], [x + w - 4, b + 94], [x + 4, a + 94]]), dark(frame, 0.3)); });
    const panels = tops.map(([x, a, b]) => polygon([[x + 3.5, a + 4], [x + 26.5, b + 4], [x + 26.5, b + 80], [x + 3.5, a + 80]])).join(''); d.clipped(panels, () => { if (kind === 'hills') { d.circle(98, 36, 7, '#d9503c'); d.path('M0 80Q20 34 40 66Q60 22 84 64Q104 40 128 76V100H0Z', '#8aa39a'); d.path('M0 92Q34 62 62 88Q96 66 128 92V110H0Z', '#5f7f78'); } if (kind === 'plum') { d.line('M0 92Q40 84 58 58T124 28M58 58Q84 66 110 62', '#5a4034', 4); for (let i = 0; i < 13; i++) { const t = i / 12, x = 12 + t * 104, y = 84 - t * 56 + d.between(-10, 10); d.spun(5, x, y, () => d.path(petal(x, y, 7.5, 6), '#e0506c')); d.circle(x, y, 1.6, GOLD); } } if (kind === 'bamboo') for (const x of [16, 40, 72, 104]) { d.line(`M${x} 100L${x + 4} 16`, '#4f7f4a', 4); for (const [y, a] of [[34, 60], [50, -60], [66, 70], [42, 120]]) d.path(petal(x + 2, y, 22, 6, 1), '#6f9f5a', `transform="rotate(${a} ${x + 2} ${y})"`); } if (kind === 'crane') { d.path('M20 88Q64 70 110 90V110H0V92Z', '#8ab0a0'); for (const [x, y] of [[40, 60], [86, 46]]) { d.ellipse(x, y, 13, 8, '#fff'); d.line(`M${x + 10} ${y - 4}Q${x + 16} ${y - 22} ${x + 10} ${y - 24}`, '#fff', 3.4); d.circle(x + 10, y - 25, 3, '#d9292f'); d.line(`M${x} ${y + 6}V${y + 26}`, '#3a2a2a', 1.6); d.path(`M${x - 10} ${y - 4}L${x - 22} ${y + 4}L${x - 8} ${y + 5}Z`, '#2b2830'); } } });
  },
  'art-ruyi': (d) => {
    const body = d.near(d.pick(['#8fcf9f', GOLD, '#c8202c', '#f0efe4', '#b5762c'])); d.turned(d.between(-6, 8), 64, 64, () => { d.line('M34 38C52 62 60 56 74 76C86 92 92 96 108 98', dark(body, 0.3), 13); d.line('M34 38C52 62 60 56 74 76C86 92 92 96 108 98', body, 10); d.ellipse(110, 98, 11, 8, d.ball(body)); d.path('M30 54C14 62 0 46 8 32C0 14 18 0 34 8C50 -2 68 12 60 30C66 46 48 62 30 54Z', d.ball(body), `stroke="${dark(body, 0.3)}" stroke-width="2"`); d.path('M31 46C20 50 12 42 16 33C12 20 24 12 33 17C44 11 56 20 51 30C54 42 42 50 31 46Z', 'none', `stroke="${dark(body, 0.35)}" stroke-width="2"`); d.circle(33, 31, 6, d.ball(RED)); d.circle(66, 64, 5, d.ball(GOLD)); }); if (d.chance(0.6)) d.tassel(112, 106, 18, RED);
  },
  'art-bronze-ding': (d) => {
    const bronze = d.near(d.pick(['#6f8f6a', '#8a7a42', '#5f7f78', '#a8823c'])), ink = dark(bronze, 0.45); d.lean = 2; d.mirrored(() => { d.path('M30 34V12Q30 6 36 6H42Q48 6 48 12V34H41V14H37V34Z', d.fall(bronze)); d.path('M32 88H46L44 122H34Z', d.across(dark(bronze, 0.12))); }); d.path('M58 92H70L69 124H59Z', d.across(dark(bronze, 0.3))); d.path('M16 40C16 76 26 96 44 98H84C102 96 112 76 112 40Z', d.across(bronze)); d.rect(12, 32, 104, 11, 3, d.fall(bronze, 0.3)); d.rect(18, 48, 92, 16, 2, dark(bronze, 0.2));
    for (let x = 26; x < 108; x += 15) d.line(`M${x - 5} 60v-8h10v5h-5`, light(bronze, 0.35), 1.8); d.mirrored(() => { d.circle(48, 76, 6, ink); d.circle(48, 76, 3, light(bronze, 0.5)); d.line('M34 70q4 -4 8 0M36 86q6 4 12 2', ink, 2.4); }); d.line('M64 66V94', ink, 3); d.line('M54 88q10 6 20 0', ink, 2.4);
  },
  'art-terracotta-warrior': (d) => {
    const clay = d.near(d.pick(['#b08a68', '#a8785a', '#9c8a78'])), deep = dark(clay, 0.3); d.lean = 2; d.path('M40 122V104H88V122Z', d.fall(dark(clay, 0.2))); d.path('M28 60C24 72 22 94 24 112L36 114L42 74ZM100 60C104 72 106 94 104 112L92 114L86 74Z', d.fall(dark(clay, 0.12))); d.path('M34 56Q64 48 94 56L98 118H30Z', d.fall(clay)); d.path('M38 60Q64 54 90 60L88 102H40Z', dark(clay, 0.14)); for (let r = 0; r < 5; r++) { d.line(`M40 ${66 + r * 8}H88`, deep, 1.4); for (let c = 0; c < 6; c++) d.circle(44 + c * 8, 63 + r * 8, 1.2, light(clay, 0.35)); } for (const x of [48, 56, 64, 72, 80]) d.line(`M${x} 60V102`, deep, 1); d.path('M48 56L64 66L80 56L76 48H52Z', dark(clay, 0.2)); 
    d.path('M46 30C44 52 54 58 64 58C74 58 84 52 82 30C82 14 46 14 46 30Z', d.ball(clay)); d.path('M44 32C42 12 56 8 66 8C80 8 86 18 84 32C80 22 74 20 64 20C54 20 48 22 44 32Z', d.fall(dark(clay, 0.25))); d.path('M70 10C66 0 82 -4 84 6C84 12 78 14 72 13Z', d.ball(dark(clay, 0.25))); d.mirrored(() => { d.line('M52 33q5 -3 9 0', deep, 2); d.ellipse(57, 37, 3, 1.6, deep); d.line('M63 48Q58 44 54 47', deep, 2.2); }); d.line('M64 34L62 43H66M60 51h8', deep, 1.6); d.path('M61 54L64 60L67 54Z', deep);
  },
  'art-jian-sword': (d) => {
    const grip = d.pick(['#5a3020', '#8e1f24', '#2f4f4a']), tassel = d.pick([RED, GOLD, '#3f7fc0']); d.lean = 8; d.group('transform="translate(58 60) rotate(38) scale(0.82) translate(-64 -64)"', () => { d.path('M58 -12L64 -22L70 -12L69 86H59Z', d.gradient('linear', 'x1="0" y1="0" x2="1" y2="0"', [[0, '#eef2f6'], [0.49, '#cfd6de'], [0.5, '#98a2ae'], [1, '#d8dee6']])); d.path('M46 84C52 80 58 84 64 84C70 84 76 80 82 84C82 92 74 94 64 94C54 94 46 92 46 84Z', d.fall(GOLD)); d.rect(59, 92, 10, 30, 3, d.across(grip)); for (const y of [98, 104, 110, 116]) d.line(`M59 ${y}l10 3`, light(grip, 0.35), 1.4); d.circle(64, 126, 7, d.ball(GOLD)); d.tassel(64, 136, 22, tassel); });
  },
  'art-longevity-lock': (d) => {
    d.upright(); const metal = d.near(d.pick(['#d9dde4', GOLD, '#e6c06c'])), word = d.pick(['福', '寿', '安', '吉']); d.path('M36 44C30 10 98 10 92 44', 'none', `stroke="${dark(metal, 0.15)}" stroke-width="5"`); d.path('M64 40C80 26 122 34 118 60C118 84 92 96 64 98C36 96 10 84 10 60C6 34 48 26 64 40Z', d.ball(metal), `stroke="${dark(metal, 0.3)}" stroke-width="2"`); d.path('M64 47C78 36 111 42 109 60C108 78 88 89 64 91C40 89 20 78 19 60C17 42 50 36 64 47Z', 'none', `stroke="${dark(metal, 0.3)}" stroke-width="1.6"`); write(d, word, 46, 50, 36, dark(metal, 0.55), 11); d.mirrored(() => d.line('M30 56q-6 8 2 12q6 0 4 -6', dark(metal, 0.35), 2)); for (const x of [34, 49, 64, 79, 94]) { d.line(`M${x} ${97 - Math.abs(x - 64) * 0.2}V110`, metal, 1.6); d.path(`M${x - 5} 118C${x - 6} 108 ${x + 6} 108 ${x + 5} 118Z`, d.ball(metal)); d.circle(x, 120, 2, dark(metal, 0.2)); }
  },
};
