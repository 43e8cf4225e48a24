// Festivals: lanterns, couplets, lions, boats, toys.
import { at, CREAM, dark, GOLD, light, mix, petal, polygon, RED, smooth, WOOD } from './draw.mjs';
import { write } from './writing.mjs';

/** A round silk lantern with ribs, caps and tassel. */
function lantern(d, colour, writing) {
  const wide = d.between(40, 52), high = d.between(32, 40), gold = d.pick([GOLD, '#f7d56a', '#c98a2c']);
  d.line('M64 2V14', '#8a5a2c', 2.4);
  d.ellipse(64, 52, wide, high, d.gradient('radial', 'cx=".5" cy=".55" r=".6"', d.flat ? [[0, colour], [1, colour]] : [[0, mix(colour, '#ffd27a', 0.55)], [0.55, colour], [1, dark(colour, 0.3)]]));
  for (const share of [0.82, 0.5, 0.17]) d.ellipse(64, 52, wide * share, high, 'none', `stroke="${dark(colour, 0.28)}" stroke-width="1.6" opacity="0.8"`);
  for (const y of [52 - high - 4, 52 + high - 4]) { d.rect(64 - wide * 0.45, y, wide * 0.9, 9, 3, d.across(gold)); }
  if (writing) write(d, writing, 46, 34, 36, light(gold, 0.25), 11);
  d.tassel(64, 52 + high + 8, d.between(24, 30), colour, gold);
}

const scales = (d, x, y, w, h, step, colour) => {
  for (let r = 0; r * step * 0.7 < h; r++) for (let i = 0; i * step < w; i++) d.line(`M${x + i * step + (r % 2 ? step / 2 : 0)} ${y + r * step * 0.7}a${step / 2} ${step / 2} 0 0 0 ${step} 0`, colour, 1.1);
};

export const festival = {
  '1f3ee': (d) => { d.upright(); lantern(d, d.paint('red', 'red', 'red', 'red', 'yellow', 'orange', 'pink', 'blue', 'green', 'purple'), d.chance(0.35) ? d.pick(['福', '喜', '春', '吉']) : null); },
  'art-palace-lantern': (d) => {
    const silk = d.paint('red', 'red', 'yellow', 'white', 'green', 'blue'), wood = d.pick(['#7a3b22', '#4a2a22', '#8e2f24']);
    d.line('M64 2V12', wood, 2.4); d.path('M64 8L106 26Q110 20 116 20Q114 32 104 33H24Q14 32 12 20Q18 20 22 26Z', d.fall(wood));
    d.path('M24 33H104L98 88H30Z', d.fall(mix(silk, '#ffe9a8', 0.3), 0.2));
    d.path('M48 33H80L78 88H50Z', mix(silk, '#fff2cf', 0.6));
    for (const [a, b] of [[24, 30], [48, 50], [80, 78], [104, 98]]) d.line(`M${a} 33L${b} 88`, wood, 3);
    d.rect(22, 30, 84, 5, 1.5, d.across(wood)); d.rect(27, 84, 74, 6, 1.5, d.across(wood)); d.path('M34 90H94L86 98H42Z', d.fall(wood));
    if (d.chance(0.5)) { d.spun(5, 64, 58, () => d.path(petal(64, 56, 12, 10), '#d9425c')); d.circle(64, 58, 3, GOLD); d.line('M58 82Q56 70 64 62', '#5a3a2a', 2); } else { d.path('M54 76Q58 66 64 62Q62 54 68 50Q70 60 74 76Z', '#5f7f9c'); d.line('M52 78H76', '#5f7f9c', 1.6); }
    d.mirrored(() => { d.line('M14 22V34', RED, 1.4); d.line('M14 34V48', d.known.colour === 'red' ? GOLD : RED, 3.4); });
    d.tassel(64, 102, 22, d.pick([RED, '#d9292f', '#eab53c']));
  },
  'art-revolving-lantern': (d) => {
    const paper = d.near('#ffe2a0'), wood = '#8e3a24';
    d.line('M64 2V14', wood, 2.4); d.path('M20 28L64 10L108 28Z', d.fall(RED)); d.rect(18, 26, 92, 8, 2, d.across(wood));
    d.rect(24, 34, 80, 58, 0, d.gradient('radial', 'cx=".5" cy=".5" r=".7"', [[0, '#fffbe2'], [0.6, paper], [1, '#f2a94a']]));
    const shade = d.pick(['#7a2a1c', '#3a2a2a', '#9c2f24']);
    const horse = (x, y) => d.moved(x, y, 0.52, () => {
      d.path(smooth([[8, 30], [22, 22], [44, 24], [56, 14], [60, 4], [68, 8], [76, 20], [70, 24], [64, 24], [58, 36], [46, 42], [22, 42]]), shade);
      for (const l of ['M20 38L8 52L2 62', 'M26 40L28 54L20 62', 'M46 40L58 50L68 48', 'M50 38L52 54L62 60', 'M10 30Q-4 26 -8 40']) d.line(l, shade, 5.5);
      d.path('M56 14Q46 14 42 24L52 26Z', shade);
    });
    horse(30, 44); horse(68, 52);
    for (const x of [24, 104]) d.rect(x - 3, 32, 6, 62, 1, wood); d.rect(18, 90, 92, 8, 2, d.across(wood));
    d.tassel(64, 102, 22, RED); d.tassel(26, 102, 16, RED); d.tassel(102, 102, 16, RED);
  },
  'art-sky-lantern': (d) => {
    const paper = d.paint('orange', 'orange', 'red', 'yellow', 'pink', 'white');
    d.circle(64, 64, 60, d.glow(mix(paper, '#ffdf8a', 0.7), '#ffcf70'), 'opacity="0.45"');
    const shape = 'M64 10C92 10 104 28 102 50L92 102H36L26 50C24 28 36 10 64 10Z';
    d.path(shape, d.gradient('radial', 'cx=".5" cy=".95" r="1"', [[0, '#fff7c8'], [0.35, mix(paper, '#ffd660', 0.6)], [1, mix(paper, '#c8401c', 0.2)]]));
    d.line('M48 12C40 40 44 74 48 100M80 12C88 40 84 74 80 100M64 10V100', mix(paper, '#a8401c', 0.4), 1.3, 'opacity="0.7"');
    if (d.chance(0.35)) { d.flips = false; write(d, d.pick(['福', '安', '吉']), 46, 34, 36, '#a8301c', 9); }
    d.ellipse(64, 102, 28, 6, '#8a3a14'); d.ellipse(64, 102, 24, 4, '#ffe58a'); d.path('M56 104Q58 92 64 86Q70 92 72 104Q64 112 56 104Z', '#ff9a2c'); d.path('M60 104Q62 98 64 94Q66 98 68 104Z', '#fff3b0');
  },
  'art-couplets': (d) => {
    d.upright();
    const red = d.near('#d3262b'), ink = d.chance(0.5) ? '#2b1410' : '#f6cf58', strip = (x, words) => {
      d.rect(x, 32, 26, 92, 1.5, d.fall(red, 0.12), `stroke="${GOLD}" stroke-width="1.6"`);
      words.forEach((word, i) => write(d, word, x + 4, 36 + i * 22, 18, ink, 12));
    };
    const words = d.pick([['春', '大', '吉', '安'], ['福', '寿', '平', '安'], ['大', '吉', '春', '福'], ['平', '安', '喜', '春'], ['三', '中', '福', '吉']]);
    strip(8, words); strip(94, [...words].reverse());
    d.rect(30, 6, 68, 24, 1.5, d.fall(red, 0.12), `stroke="${GOLD}" stroke-width="1.6"`);
    d.pick([['大', '吉', '春'], ['福', '平', '安'], ['春', '大', '喜']]).forEach((word, i) => write(d, word, 34 + i * 21, 9, 18, ink, 12));
    d.path('M64 44L88 76L64 108L40 76Z', d.fall(red, 0.12), `stroke="${GOLD}" stroke-width="1.8"`); write(d, '福', 51, 62, 27, ink, 11);
  },
  'art-fu': (d) => {
    d.upright();
    const paper = d.near('#d3262b'), ink = d.pick(['#f6cf58', '#f6cf58', '#2b1410']), upside = d.chance(0.3);
    const draw = () => write(d, '福', 36, 36, 56, ink, d.between(10, 13));
    if (d.chance(0.8)) { d.path('M64 2L126 64L64 126L2 64Z', d.fall(paper, 0.12)); d.path('M64 11L117 64L64 117L11 64Z', 'none', `stroke="${GOLD}" stroke-width="2.4"`); if (d.chance(0.6)) d.spun(4, 64, 64, () => { d.line('M54 24q10 -8 20 0M64 18v6', GOLD, 2); }); }
    else { d.circle(64, 64, 60, d.fall(paper, 0.12)); d.ring(64, 64, 53, GOLD, 2.4); }
    if (upside) d.turned(180, 64, 64, draw); else draw();
  },
  '1f9e7': (d) => {
    d.upright();
    const red = d.near('#d3262b'), gold = d.near(GOLD), two = d.chance(0.35);
    const one = () => {
      d.rect(28, 8, 72, 112, 6, d.fall(red, 0.15)); d.path('M28 14Q28 8 34 8H94Q100 8 100 14V34Q64 62 28 34Z', d.fall(dark(red, 0.12), 0.1)); d.line('M28 34Q64 62 100 34', gold, 2);
      d.circle(64, 47, 13, d.ball(gold)); d.ring(64, 47, 9.5, dark(gold, 0.25), 1.2);
    };
    const word = d.pick(['福', '吉', '喜', '发', '春']);
    if (two) d.turned(-14, 64, 120, one);
    d.turned(two ? 10 : 0, 64, 120, () => { one(); if (d.chance(0.7)) { write(d, word, 46, 70, 36, gold, 11); } else d.spun(5, 64, 88, () => d.path(petal(64, 86, 18, 15), gold, `stroke="${red}" stroke-width="1.2"`)); });
  },
  'art-firecracker-string': (d) => {
    const red = d.near('#d3262b');
    d.line('M64 4Q60 60 64 122', '#8a5a2c', 3);
    const knot = d.chance(0.5);
    d.circle(64, 10, 8, d.ball(GOLD)); if (knot) d.ring(64, 10, 5, '#b87a1c', 1.4);
    for (let i = 0; i < 6; i++) for (const side of [-1, 1]) {
      const y = 26 + i * 16, turn = side * d.between(38, 56);
      d.turned(-turn, 64, y, () => { d.rect(58.5, y, 11, 27, 2.5, d.across(red)); d.rect(58.5, y + 3, 11, 3, 0, GOLD); d.rect(58.5, y + 21, 11, 3, 0, GOLD); });
    }
    if (d.chance(0.6)) { d.path(polygon(Array.from({ length: 16 }, (_, i) => at(64, 120, i % 2 ? 8 : 18, i * 22.5))), '#f9b233'); d.circle(64, 120, 6, '#fff3b0'); }
  },
  'art-lion-dance': (d) => {
    const fur = d.paint('red', 'red', 'yellow', 'orange', 'green', 'purple', 'pink', 'white', 'blue'), trim = d.known.colour === 'white' ? '#d9292f' : '#fdf4dc', gold = d.known.colour === 'yellow' ? RED : GOLD;
    d.lean = 4;
    d.moved(5, 5, 0.92, () => {
    d.mirrored(() => { for (const [x, y] of [[14, 44], [8, 62], [10, 82], [20, 98]]) d.circle(x, y, 13, d.ball(trim)); });
    d.path(smooth([[64, 18], [96, 24], [114, 50], [112, 80], [96, 104], [64, 110], [32, 104], [16, 80], [14, 50], [32, 24]]), d.ball(fur));
    d.mirrored(() => { d.path('M28 34C12 30 10 14 18 8C26 14 38 20 40 30Z', d.ball(fur)); d.path('M27 29C18 25 17 18 20 14C25 18 32 22 34 28Z', gold); });
    d.path('M64 4C58 14 54 20 56 28H72C74 20 70 14 64 4Z', d.ball(gold)); d.circle(64, 34, 11, d.ball(gold)); d.circle(64, 34, 7, '#dfeaf2'); d.shine(61, 31, 3, 2);
    d.mirrored(() => {
      d.path('M20 56C22 36 44 34 54 48C44 50 32 52 20 56Z', trim); d.path('M24 52Q38 38 52 48', 'none', `stroke="${gold}" stroke-width="2.4"`);
      d.circle(40, 60, 13.5, '#ffffff'); d.ring(40, 60, 13.5, gold, 2.6); d.circle(41, 61, 7.6, '#241a22'); d.circle(38.6, 58.4, 2.6, '#fff');
      for (const [x, y, r] of [[22, 74, 4.2], [28, 82, 3]]) d.circle(x, y, r, gold);
    });
    d.path(smooth([[64, 62], [76, 68], [84, 78], [74, 82], [64, 80], [54, 82], [44, 78], [52, 68]]), d.ball(gold)); d.mirrored(() => d.ellipse(56, 76, 4, 2.6, dark(gold, 0.5)));
    d.path('M28 84Q64 96 100 84C102 108 86 122 64 122C42 122 26 108 28 84Z', '#7a1420'); d.path('M28 84Q64 96 100 84L99 91Q64 103 29 91Z', '#ffffff');
    d.path('M48 106Q64 98 80 106Q78 120 64 120Q50 120 48 106Z', d.ball('#f4708a'));
    for (let i = -3; i <= 3; i++) d.path(petal(64 + i * 11, 114 - Math.abs(i) * 3, 13, 13), trim, `transform="rotate(180 ${64 + i * 11} ${114 - Math.abs(i) * 3})"`);
    d.mirrored(() => { d.circle(16, 104, 8, d.ball(RED)); });
    });
  },
  'art-dragon-boat': (d) => {
    const hull = d.paint('red', 'red', 'yellow', 'green', 'blue', 'orange'), gold = d.known.colour === 'yellow' ? RED : GOLD, skins = ['#f2c49a', '#d99a6c'];
    d.lean = 3;
    for (let i = 0; i < 5; i++) { const x = 34 + i * 13; d.line(`M${x + 3} 58L${x - 9} 96`, '#a8683a', 3); d.rect(x - 5, 52, 12, 20, 5, d.fall(d.known.colour === 'red' ? '#f7c331' : '#d9292f')); d.circle(x + 2, 47, 6, d.ball(skins[i % 2])); d.rect(x - 4, 42, 12, 3.6, 1.6, '#d9292f'); }
    d.path('M2 48C10 74 28 80 48 80H90C108 78 108 60 102 44L114 42C124 66 116 96 88 98H36C16 96 4 76 2 48Z', d.fall(hull));
    d.clipped('M2 48C10 74 28 80 48 80H90C108 78 108 60 102 44L114 42C124 66 116 96 88 98H36C16 96 4 76 2 48Z', () => { scales(d, 6, 74, 112, 30, 9, dark(hull, 0.3)); d.line('M4 56C14 80 30 82 48 82H90C112 80 112 60 106 44', gold, 4); });
    d.path(smooth([[98, 48], [94, 34], [98, 22], [110, 20], [118, 26], [127, 30], [126, 36], [116, 40], [126, 43], [122, 49], [112, 48]]), d.ball(hull));
    d.circle(107, 28, 4.2, '#fff'); d.circle(108, 28, 2.2, '#241a22'); d.line('M98 24Q88 16 90 6M104 20Q98 10 103 2', gold, 3); d.path('M96 34L84 32L94 40L86 46L98 48Z', gold); d.line('M124 36Q130 30 126 22', gold, 1.8); d.line('M114 40L120 40', '#fff', 2);
    d.path('M2 50Q-2 38 8 30Q6 40 14 42Q8 44 10 54Z', d.fall(gold)); 
    d.path('M0 98Q8 92 16 98T32 98T48 98T64 98T80 98T96 98T112 98T128 98V108Q64 120 0 108Z', d.fall('#4aa3dd')); d.line('M12 106q8 -5 16 0M54 109q8 -5 16 0M92 106q8 -5 16 0', '#d8f0ff', 2);
  },
  'art-chinese-knot': (d) => {
    d.upright();
    const cord = d.paint('red', 'red', 'red', 'red', 'pink', 'green', 'blue', 'yellow', 'purple'), edge = dark(cord, 0.35), rows = d.pick([4, 5, 5]);
    d.line('M64 2V16', cord, 3); d.ring(64, 7, 5, cord, 2.6);
    d.group('transform="translate(64 54) rotate(45)"', () => {
      const size = 46, step = size / rows, w = step * 0.74;
      const loop = (x, y, a) => d.group(`transform="translate(${x} ${y}) rotate(${a})"`, () => { d.line(`M${-step / 2} 0C${-step * 0.9} ${-step * 1.5} ${step * 0.9} ${-step * 1.5} ${step / 2} 0`, edge, w * 0.72 + 1.2); d.line(`M${-step / 2} 0C${-step * 0.9} ${-step * 1.5} ${step * 0.9} ${-step * 1.5} ${step / 2} 0`, cord, w * 0.72 - 0.8); });
      for (let i = 0.5; i < rows - 0.5; i += 1) for (const a of [0, 90, 180, 270]) d.group(`transform="rotate(${a})"`, () => loop(-size / 2 + step * (i + 0.5), -size / 2, 0));
      d.rect(-size / 2 - 1, -size / 2 - 1, size + 2, size + 2, 3, edge);
      for (let r = 0; r < rows; r++) for (let c = 0; c < rows; c++) {
        const x = -size / 2 + c * step, y = -size / 2 + r * step, m = step * 0.1;
        if ((r + c) % 2) d.rect(x - m * 0.5, y + m, step + m, step - 2 * m, 1.4, d.across(cord)); else d.rect(x + m, y - m * 0.5, step - 2 * m, step + m, 1.4, d.fall(cord));
      }
      d.group('transform="rotate(90)"', () => {}); 
    });
    d.mirrored(() => { d.ring(22, 54, 7, cord, 4); });
    if (d.chance(0.5)) d.circle(64, 96, 6, d.ball(d.pick(['#8fcf9f', GOLD, '#f4f1ea'])));
    for (const x of [57, 71]) d.tassel(x, 100, 26, cord);
  },
  'art-swallow-kite': (d) => {
    const main = d.paint('red', 'blue', 'green', 'black', 'purple', 'orange', 'pink'), second = d.pick(['#f6c53a', '#f08bad', '#f4f1ea', '#7fc8e8']), pale = '#fdf6e6';
    d.lean = 14;
    d.mirrored(() => {
      d.path('M64 40C46 30 20 26 4 40C12 58 36 64 60 62Z', d.fall(main)); d.path('M58 44C44 38 28 36 16 42C26 52 42 56 58 56Z', second); d.spun(5, 34, 46, () => d.path(petal(34, 45, 8, 6), main)); d.circle(34, 46, 2, pale);
      d.path('M60 60L42 122L58 112L64 96V60Z', d.fall(main)); d.path('M58 78L50 110L58 104L62 92Z', second);
    });
    d.path(smooth([[64, 24], [76, 38], [76, 62], [64, 90], [52, 62], [52, 38]]), pale); d.path('M56 58Q64 66 72 58L68 78L64 86L60 78Z', main); d.circle(64, 68, 4, second);
    d.circle(64, 24, 15, d.ball(main)); d.mirrored(() => { d.ellipse(57, 22, 5.4, 5, pale); d.circle(58, 22, 2.4, '#241a22'); d.path('M50 14Q56 8 62 14', 'none', `stroke="${second}" stroke-width="2.4"`); }); d.path('M59 31H69L64 40Z', '#f08a2c');
  },
  'art-jade-rabbit': (d) => {
    const moon = d.near('#f9d976'), fur = '#fdfbf6';
    d.circle(64, 62, 58, d.ball(moon)); for (const [x, y, r] of [[30, 40, 8], [94, 34, 6], [100, 70, 9], [26, 76, 5]]) d.circle(x, y, r, mix(moon, '#d9a83c', 0.35), 'opacity="0.7"');
    if (d.chance(0.5)) { d.line('M12 20Q40 26 50 10', '#8a5a32', 3); for (const [x, y] of [[22, 18], [34, 22], [44, 18]]) { d.path(petal(x, y, 16, 8, 0.6), '#5f9c4a', `transform="rotate(150 ${x} ${y})"`); d.circle(x + 3, y + 4, 3, '#f7c331'); } }
    d.path(smooth([[58, 58], [84, 64], [98, 84], [94, 108], [70, 116], [44, 112], [40, 90], [46, 70]]), d.ball(fur)); d.circle(98, 100, 8, d.ball(fur));
    d.path(petal(50, 42, 42, 17), d.ball(fur), 'transform="rotate(-10 50 42)"'); d.path(petal(50, 38, 30, 8), '#f6b3c0', 'transform="rotate(-10 50 42)"'); d.path(petal(64, 42, 42, 17), d.ball(fur), 'transform="rotate(16 64 42)"'); d.path(petal(64, 38, 30, 8), '#f6b3c0', 'transform="rotate(16 64 42)"');
    d.circle(54, 54, 19, d.ball(fur)); d.circle(46, 52, 2.8, '#c22f44'); d.circle(60, 52, 2.8, '#c22f44'); d.ellipse(52, 58, 2.4, 1.7, '#ef8aa0'); d.line('M52 60v3M48 65q4 2 8 0', '#b0707c', 1.2); d.ellipse(42, 59, 4, 2.6, '#fbc3cc'); d.ellipse(64, 59, 4, 2.6, '#fbc3cc');
    if (d.chance(0.6)) { d.path('M18 96H46L42 118H22Z', d.fall('#a8683a')); d.ellipse(32, 96, 14, 4, '#6e4020'); d.line('M32 100L40 72', '#d9a860', 5); d.line('M48 84L40 82', fur, 8); } else { d.ellipse(60, 112, 10, 5, fur); d.ellipse(46, 88, 6, 9, fur); }
  },
  'art-moon-clouds': (d) => {
    const moon = d.near(d.pick(['#f9d976', '#fbe7a0', '#f6f0d2'])), cloud = d.pick(['#f4f6fb', '#c8d8f0', '#f7d9c4', '#d9e8e0']);
    d.circle(64, 56, 50, d.ball(moon)); for (const [x, y, r] of [[46, 36, 8], [84, 44, 6], [60, 68, 9], [90, 70, 5]]) d.circle(x, y, r, mix(moon, '#d0a850', 0.3), 'opacity="0.6"');
    const swirl = (x, y, s) => d.moved(x, y, s, () => {
      d.path('M-46 14C-52 4 -44 -8 -32 -6C-30 -20 -8 -22 -4 -10C6 -20 26 -16 24 0C36 -6 50 2 46 14Z', d.fall(cloud, 0.12));
      d.line('M-30 8C-36 2 -30 -4 -24 0C-20 4 -24 8 -26 6M0 6C-8 0 -2 -10 6 -6C12 -2 8 6 4 4M24 8C20 4 26 0 30 4', mix(cloud, '#6f8fc0', 0.55), 2.2);
    });
    swirl(40, 96, 0.85); swirl(92, 84, 0.7); if (d.chance(0.6)) swirl(26, 50, 0.45);
  },
  'art-rabbit-lantern': (d) => {
    const paper = d.near('#fff6e6'), rim = d.pick(['#e8506a', '#d9292f', '#f08a2c']);
    d.line('M64 2Q70 20 66 36', '#8a5a2c', 3);
    d.ellipse(70, 74, 46, 32, d.gradient('radial', 'cx=".5" cy=".6" r=".6"', [[0, '#ffe9a0'], [1, paper]]), `stroke="${rim}" stroke-width="3"`);
    for (const x of [56, 72, 88]) d.line(`M${x} 44Q${x + 8} 74 ${x} 104`, rim, 1.6, 'opacity="0.7"');
    d.path(petal(24, 36, 36, 15), paper, `transform="rotate(-12 24 36)" stroke="${rim}" stroke-width="2.4"`); d.path(petal(38, 34, 36, 15), paper, `transform="rotate(14 38 34)" stroke="${rim}" stroke-width="2.4"`);
    d.circle(30, 54, 23, d.ball(paper), `stroke="${rim}" stroke-width="3"`); d.circle(22, 50, 3.4, '#c22f44'); d.circle(37, 50, 3.4, '#c22f44'); d.line('M26 60q4 4 8 0', rim, 2); d.circle(17, 59, 3.6, '#fbb8c2'); d.circle(42, 60, 3.6, '#fbb8c2');
    d.circle(117, 70, 8, d.ball(paper), `stroke="${rim}" stroke-width="2"`);
    for (const x of [42, 96]) { d.circle(x, 110, 10, d.ball(rim)); d.circle(x, 110, 4, GOLD); }
    d.rect(34, 100, 70, 6, 3, rim);
  },
  'art-rattle-drum': (d) => {
    const red = d.paint('red', 'red', 'blue', 'green', 'yellow'), skin = '#fdf0d2';
    d.lean = 20; d.rect(60, 70, 8, 56, 4, d.across(WOOD)); d.circle(64, 124, 5, d.ball(red));
    d.mirrored(() => { d.line('M26 48Q12 56 10 74', '#8a5a2c', 2.2); d.circle(10, 78, 7, d.ball(GOLD)); });
    d.circle(64, 48, 42, d.ball(red)); for (let i = 0; i < 16; i++) { const [x, y] = at(64, 48, 37.5, i * 22.5); d.circle(x, y, 2.6, GOLD); }
    d.circle(64, 48, 32, d.ball(skin)); d.spun(d.pick([5, 6]), 64, 48, () => d.path(petal(64, 46, 20, 15), d.known.colour === 'red' ? '#e8506a' : red)); d.circle(64, 48, 6, GOLD); d.path('M60 8L64 0L68 8Z', GOLD);
  },
  'art-chinese-drum': (d) => {
    const red = d.near('#cf2a2c'), skin = d.near('#f3dfb4'), wood = '#7a3b22';
    d.path('M20 84L10 124H20L34 92ZM108 84L118 124H108L94 92Z', wood); d.line('M20 112H108', wood, 5);
    d.path('M18 40C6 60 8 84 22 100H106C120 84 122 60 110 40Z', d.across(red)); d.ellipse(64, 100, 42, 9, dark(red, 0.2));
    for (let i = 0; i < 11; i++) { const x = 19 + i * 9, y = 50 + 13 * Math.sqrt(Math.max(0, 1 - ((x - 64) / 52) ** 2)) ; d.circle(x, y + 2, 2.3, GOLD); }
    d.ellipse(64, 40, 46, 18, dark(skin, 0.2)); d.ellipse(64, 38, 46, 17, d.fall(skin, 0.15)); d.ring(64, 38, 14, dark(skin, 0.16), 2, 'transform="translate(0 24) scale(1 0.38)"');
    d.circle(64, 80, 9, d.ball(GOLD)); d.ring(64, 86, 6, GOLD, 2.6);
    if (d.chance(0.7)) { d.line('M66 36L110 6', '#d9a860', 5); d.circle(66, 35, 5, d.ball(RED)); d.line('M44 36L10 10', '#d9a860', 5); d.circle(44, 35, 5, d.ball(RED)); d.path('M106 8l10 -6l4 10Z', RED); d.path('M14 12l-10 -8l-2 11Z', RED); }
  },
  'art-gong': (d) => {
    const brass = d.near('#d9a03a'), frame = d.pick(['#a8302a', '#7a3b22', '#4a2a22']);
    d.line('M14 122V14M114 122V14', frame, 7); d.line('M4 14H124', frame, 8); d.line('M4 122H26M102 122H124', frame, 7); d.mirrored(() => d.path('M4 10Q-2 4 6 2L14 12Z', frame));
    d.line('M44 16L48 34M84 16L80 34', RED, 2.4); d.circle(64, 70, 42, dark(brass, 0.3)); d.circle(64, 69, 41, d.ball(brass)); d.ring(64, 69, 34, dark(brass, 0.18), 2); d.ring(64, 69, 24, dark(brass, 0.12), 1.6); d.circle(64, 69, 13, d.ball(light(brass, 0.2)));
    if (d.chance(0.5)) { d.line('M76 78L116 116', WOOD, 5); d.circle(74, 76, 9, d.ball(RED)); }
  },
};
