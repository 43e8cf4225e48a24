// Clothes and what is worn or carried with them.
import { at, CREAM, dark, GOLD, INK, JADE, light, mix, petal, polygon, RED, smooth, WOOD } from './draw.mjs';

function blossom(d, x, y, r, colour, heart = GOLD) {
  d.spun(5, x, y, () => d.path(petal(x, y - r * 0.1, r, r * 0.85), colour));
  d.circle(x, y, r * 0.24, heart);
}

/** Small flowers, clouds or dots, strewn at given places. */
function strewn(d, places, colour, heart) {
  const kind = d.pick(['blossom', 'dots', 'cloud', 'none', 'blossom']);
  for (const [x, y, r] of places) {
    if (kind === 'blossom') blossom(d, x, y, r, colour, heart);
    if (kind === 'dots') { d.circle(x, y, r * 0.6, colour); d.circle(x, y, r * 0.25, heart); }
    if (kind === 'cloud') d.line(`M${x - r} ${y + r * 0.4}q${-r * 0.5} ${-r} ${r * 0.5} ${-r * 0.8}q${r * 0.6} ${-r * 0.6} ${r} ${r * 0.2}q${r * 0.7} 0 ${r * 0.4} ${r * 0.6}`, colour, 1.6);
  }
}

export const clothes = {
  'art-hanfu': (d) => {
    const cloth = d.paint('red', 'pink', 'blue', 'green', 'white', 'purple', 'teal', 'yellow'), skirt = d.chance(0.5) ? d.near(d.pick(['#f6dfe4', '#d9e8f4', '#f4efe2', '#cfe3d2', '#e8504a', '#3f6f9c'])) : light(cloth, 0.35);
    const trim = d.pick([light(cloth, 0.75), GOLD, dark(cloth, 0.4)]), sash = d.pick([dark(cloth, 0.35), GOLD, '#d9425c', '#3f6f8c']);
    d.path('M46 64C38 86 26 108 20 124H108C102 108 90 86 82 64Z', d.fall(skirt, 0.2));
    for (const [a, b] of [[54, 38], [60, 54], [68, 74], [74, 90]]) d.line(`M${a} 70L${b} 123`, dark(skirt, 0.2), 1.3);
    d.path('M22 118L20 124H108L106 118Q64 126 22 118Z', trim);
    d.mirrored(() => { d.path('M50 14C34 24 20 46 4 74C10 90 26 96 38 92C42 74 46 60 50 46Z', d.fall(cloth)); d.path('M4 74C10 90 26 96 38 92L36 99C22 102 4 94 0 80Z', trim); });
    d.path('M48 12L64 20L80 12C86 24 86 50 84 70H44C42 50 42 24 48 12Z', d.fall(cloth));
    d.path('M46 12L40 18L80 62L84 54Z', trim); d.path('M82 12L88 18L46 66L43 56Z', light(trim, 0.15), `stroke="${dark(trim, 0.2)}" stroke-width="0.8"`); d.path('M52 14L64 32L76 14Z', light(cloth, 0.8));
    d.rect(42, 60, 44, 13, 2, d.fall(sash)); d.line('M60 73Q56 92 58 108M66 73Q70 90 66 112', sash, 4); d.circle(63, 67, 5, d.ball(sash));
    strewn(d, [[24, 76, 5], [104, 76, 5], [44, 106, 6], [84, 104, 6], [64, 114, 4]], d.pick(['#fff', '#f7c331', '#e8506a']), GOLD);
  },
  'art-qipao': (d) => {
    const cloth = d.paint('red', 'red', 'green', 'blue', 'pink', 'black', 'purple', 'white', 'teal'), trim = d.pick([GOLD, dark(cloth, 0.4), light(cloth, 0.7)]), long = d.chance(0.7);
    const foot = long ? 124 : 106, shape = `M52 14Q64 20 76 14L92 24L98 44L86 48C80 62 92 74 92 86L84 ${foot}H44L36 86C36 74 48 62 42 48L30 44L36 24Z`;
    d.path(shape, d.gradient('linear', 'x1="0" y1="0" x2="1" y2="0"', d.flat ? [[0, cloth], [1, cloth]] : [[0, dark(cloth, 0.2)], [0.4, light(cloth, 0.18)], [0.7, cloth], [1, dark(cloth, 0.28)]]), `stroke="${trim}" stroke-width="2"`);
    d.path('M52 4H76V16Q64 22 52 16Z', d.fall(cloth), `stroke="${trim}" stroke-width="2"`);
    d.line('M64 20C66 32 84 30 90 42', trim, 2.4); for (const [x, y] of [[65, 24], [78, 32], [87, 40]]) { d.circle(x, y, 2.6, trim); d.line(`M${x - 5} ${y}h10`, trim, 1.6); }
    d.line(`M90 88L82 ${foot}`, dark(cloth, 0.5), 2);
    const petalled = d.pick(['#fff', '#f7c331', '#f6b3c0', '#e8506a']);
    if (d.chance(0.7)) { d.line('M48 112Q52 80 66 62Q70 54 62 44', d.known.colour === 'green' ? GOLD : '#4f9a5a', 2); for (const [x, y, r] of [[50, 100, 8], [60, 76, 9], [68, 60, 6], [62, 44, 5], [74, 96, 6]]) blossom(d, x, y, r, petalled); }
    else strewn(d, [[52, 52, 5], [72, 60, 5], [56, 72, 5], [76, 80, 5], [50, 92, 5], [66, 100, 5]], petalled, GOLD);
  },
  'art-tangzhuang': (d) => {
    const cloth = d.paint('red', 'red', 'blue', 'black', 'yellow', 'purple', 'green'), trim = d.known.colour === 'yellow' ? RED : d.pick([GOLD, light(cloth, 0.8)]);
    d.mirrored(() => { d.path('M42 24L20 34L2 84L22 94L38 56Z', d.fall(cloth)); d.path('M2 84L22 94L20 102L-1 92Z', light(cloth, 0.9)); });
    d.path('M44 20L64 26L84 20L98 30C100 60 100 92 98 116H30C28 92 28 60 30 30Z', d.fall(cloth));
    for (const [x, y] of [[44, 52], [84, 52], [44, 84], [84, 84], [14, 70], [114, 70]]) { d.ring(x, y, 8, trim, 1.5, 'opacity="0.75"'); d.line(`M${x - 4} ${y}h8M${x} ${y - 4}v8`, trim, 1.3, 'opacity="0.75"'); }
    d.path('M46 12H60L64 24L68 12H82L84 24Q64 32 44 24Z', d.fall(dark(cloth, 0.1)), `stroke="${trim}" stroke-width="1.6"`);
    d.line('M64 26V116', dark(cloth, 0.4), 2); for (const y of [40, 58, 76, 94]) { d.line(`M52 ${y}H76`, trim, 3); d.circle(64, y, 3.4, d.ball(trim)); d.circle(51, y, 2.6, trim); d.circle(77, y, 2.6, trim); }
    d.mirrored(() => d.path('M34 96H54V106H34Z', 'none', `stroke="${dark(cloth, 0.35)}" stroke-width="1.6"`)); d.line('M30 114H98', trim, 2.4);
  },
  'art-embroidered-shoes': (d) => {
    const cloth = d.paint('red', 'red', 'blue', 'black', 'pink', 'green', 'purple'), bloom = d.pick(['#f7c331', '#f6b3c0', '#fff']);
    const shoe = (x, y) => d.moved(x, y, 0.86, () => {
      d.path('M4 62C2 84 14 90 40 90H108C124 90 126 78 114 70L112 84H16Z', light('#e8d9b8', 0.3)); d.path('M4 44C2 58 4 78 14 84H112C124 78 118 64 100 56C86 50 76 44 68 34C62 50 46 56 32 50C22 46 12 40 4 44Z', d.fall(cloth));
      d.path('M4 44C12 40 22 46 32 50C46 56 62 50 68 34L72 40C62 60 44 62 30 56C20 52 12 46 4 50Z', GOLD); blossom(d, 96, 68, 11, bloom); d.path(petal(84, 76, 12, 7, 0.6), '#5fae4d', 'transform="rotate(-70 84 76)"'); blossom(d, 76, 62, 6, bloom);
      d.rect(4, 84, 112, 8, 4, '#f6ecd6'); d.line('M8 90H112', '#c9b48a', 1.4);
    });
    shoe(2, -4); shoe(18, 36);
  },
  'art-cloth-shoes': (d) => {
    const cloth = d.paint('black', 'black', 'black', 'blue', 'gray', 'brown');
    const shoe = (x, y) => d.moved(x, y, 0.86, () => {
      d.path('M4 40C2 58 4 78 12 84H112C124 76 116 62 98 56C88 52 78 48 70 36C66 44 58 50 46 50C28 50 14 46 4 40Z', d.fall(cloth, 0.18)); d.path('M4 40C14 46 28 50 46 50C58 50 66 44 70 36L66 32C60 40 52 44 42 44C28 44 16 40 8 34Z', dark(cloth, 0.45));
      d.path('M58 50L82 60L88 54L70 36Z', dark(cloth, 0.3)); d.rect(2, 82, 116, 11, 5, d.fall('#f6f2e8')); d.line('M6 88H114', '#bdb6a6', 1.2, 'stroke-dasharray="3 3"');
    });
    shoe(2, -4); shoe(18, 36);
  },
  'art-oil-paper-umbrella': (d) => {
    const paper = d.paint('red', 'red', 'yellow', 'blue', 'green', 'pink', 'purple', 'orange', 'white'), bloom = d.known.colour === 'white' ? '#e8506a' : d.pick(['#fff', '#f9c8d4', '#f7d56a']);
    d.lean = 16; d.line('M64 20V118', '#8a5a32', 4); d.line('M64 118V124', '#5a3420', 5); d.line('M64 84L22 60M64 84L44 66M64 84L84 66M64 84L106 60', '#c9a06a', 1.6);
    d.path('M4 64C10 34 36 16 64 14C92 16 118 34 124 64Q114 58 104 66Q94 60 84 67Q74 61 64 68Q54 61 44 67Q34 60 24 66Q14 58 4 64Z', d.fall(paper, 0.22));
    for (const x of [24, 44, 64, 84, 104]) d.line(`M64 14Q${64 + (x - 64) * 0.7} 36 ${x} 66`, dark(paper, 0.28), 1.3);
    d.path('M4 64C8 46 18 34 32 26L30 32C20 40 12 50 8 62Z', dark(paper, 0.2), 'opacity="0.5"'); d.path('M52 18Q64 8 76 18Q64 24 52 18Z', dark(paper, 0.4)); d.line('M64 6V14', '#5a3420', 4);
    if (d.chance(0.75)) { d.line('M84 60Q76 44 92 36Q98 32 96 28', '#6b4a32', 1.8); for (const [x, y, r] of [[82, 50, 8], [95, 37, 7], [74, 58, 5], [34, 50, 6], [44, 40, 5]]) blossom(d, x, y, r, bloom); }
  },
  '1faad': (d) => {
    const leaf = d.paint('white', 'red', 'blue', 'pink', 'green', 'black', 'yellow', 'purple'), ribs = d.pick(['#5a3420', '#a8683a', '#2c2020']);
    const span = d.between(60, 72), count = 13;
    d.lean = 6;
    d.group('transform="translate(64 66) scale(0.72 0.8) translate(-64 -66)"', () => {
    for (let i = 0; i < count; i++) { const a = -90 - span + (2 * span * i) / (count - 1), [x, y] = at(64, 108, 60, a); d.line(`M64 108L${x} ${y}`, ribs, 4); }
    const [a, b, c, e] = [at(64, 108, 92, -90 - span), at(64, 108, 92, -90 + span), at(64, 108, 42, -90 + span), at(64, 108, 42, -90 - span)].map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
    const fan = `M${a}A92 92 0 0 1 ${b}L${c}A42 42 0 0 0 ${e}Z`;
    d.path(fan, d.fall(leaf, 0.15));
    d.clipped(fan, () => {
      for (let i = 0; i < count; i += 2) { const f = -90 - span + (2 * span * i) / (count - 1), g = f + span / (count - 1) * 2, p = at(64, 108, 96, f), q = at(64, 108, 96, g); d.path(polygon([[64, 108], p, q]), '#000000', 'opacity="0.07"'); }
      const kind = d.pick(['hills', 'plum', 'bamboo', 'plain']), bright = d.known.colour === 'white' || d.known.colour === 'yellow';
      if (kind === 'hills') { d.path('M0 70Q24 34 44 58Q64 20 84 54Q104 36 128 70Z', bright ? '#7a8a96' : light(leaf, 0.45), 'opacity="0.8"'); d.circle(88, 34, 7, '#e8503a'); }
      if (kind === 'plum') { d.line('M20 62Q50 60 64 40T104 36', bright ? '#5a4034' : '#f6e2b0', 3); for (const [x, y] of [[40, 56], [60, 44], [78, 34], [96, 40], [56, 58]]) blossom(d, x, y, 7, bright ? '#e8506a' : '#fff'); }
      if (kind === 'bamboo') { d.line('M50 70L58 20M70 68L74 22', bright ? '#4f7f4a' : '#d8ecc0', 3); for (const [x, y, r] of [[58, 30, 60], [56, 42, 110], [74, 34, 70], [72, 48, 120], [60, 24, -50]]) d.path(petal(x, y, 22, 6, 1), bright ? '#5f9a55' : '#eaf6d8', `transform="rotate(${r} ${x} ${y})"`); }
    });
    d.path(fan, 'none', `stroke="${dark(leaf, 0.35)}" stroke-width="1.4"`); d.circle(64, 108, 4.6, d.ball(GOLD)); if (d.chance(0.6)) d.tassel(64, 114, 20, RED);
    });
  },
  'art-round-fan': (d) => {
    const silk = d.paint('white', 'pink', 'blue', 'green', 'yellow', 'red'), rim = d.pick(['#5a3420', '#a8683a', GOLD, '#2c2020']), bloom = d.known.colour === 'pink' || d.known.colour === 'red' ? '#fff' : '#ee7fa5';
    d.lean = 18; d.rect(61, 84, 6, 40, 3, d.across(rim)); d.tassel(64, 112, 15, d.pick([RED, '#3f7fc0', '#5fae8a']));
    d.circle(64, 48, 45, rim); d.circle(64, 48, 41, d.fall(light(silk, 0.3), 0.12)); d.line('M64 60V90', rim, 3);
    const kind = d.pick(['plum', 'orchid', 'butterfly', 'lotus']);
    if (kind === 'plum') { d.line('M36 80Q50 60 62 54T88 26', '#5a4034', 3); for (const [x, y, r] of [[52, 62, 9], [66, 48, 10], [80, 36, 8], [90, 24, 6], [70, 64, 6]]) blossom(d, x, y, r, bloom); }
    if (kind === 'orchid') { for (const l of ['M58 82Q40 56 30 40', 'M60 82Q58 48 66 24', 'M62 82Q84 60 94 52']) d.line(l, '#5f9a55', 2.6); blossom(d, 50, 40, 10, bloom); blossom(d, 78, 46, 9, bloom); }
    if (kind === 'butterfly') { for (const [x, y, s] of [[54, 44, 1], [82, 64, 0.6]]) d.moved(x, y, s, () => { for (const m of [1, -1]) { d.ellipse(m * 10, -6, 11, 8, d.ball(bloom), `transform="rotate(${m * -30})"`); d.ellipse(m * 8, 8, 7, 6, GOLD); } d.line('M0 -10V14', '#3a2a2a', 3); }); blossom(d, 44, 74, 8, '#f08a2c'); }
    if (kind === 'lotus') { d.ellipse(52, 74, 24, 7, '#6fae6a'); d.line('M66 76V56', '#5f9a55', 2.4); for (const a of [-50, -25, 0, 25, 50]) d.path(petal(66, 60, 26, 12, 0.6), mix(bloom, '#ffffff', Math.abs(a) / 110), `transform="rotate(${a} 66 60)"`); }
  },
  'art-hairpin': (d) => {
    const metal = d.pick([GOLD, GOLD, '#c9ced8', '#8fcf9f']), bloom = d.paint('pink', 'red', 'white', 'blue', 'purple');
    d.lean = 8;
    d.path('M40 34L118 108L122 118L112 114L32 40Z', d.fall(metal, 0.3));
    d.ellipse(30, 58, 9, 5, '#5fae7d', 'transform="rotate(60 30 58)"'); d.ellipse(60, 22, 10, 5, '#5fae7d', 'transform="rotate(-16 60 22)"');
    d.spun(6, 38, 36, () => d.path(petal(38, 36, 27, 20), d.ball(bloom), `stroke="${dark(bloom, 0.2)}" stroke-width="1"`)); d.spun(6, 38, 36, () => d.path(petal(38, 36, 16, 11), light(bloom, 0.45)), 30); d.circle(38, 36, 6, d.ball(metal));
    for (const [x, len] of [[18, 40], [32, 52], [46, 38]]) { d.line(`M${x} 54V${54 + len}`, metal, 1.4); for (let y = 64; y < 54 + len; y += 11) d.circle(x, y, 3.2, d.ball('#fdf6ee')); d.path(petal(x, 60 + len + 6, 13, 8), d.ball(bloom), `transform="rotate(180 ${x} ${60 + len})"`); }
  },
  'art-jade-pendant': (d) => {
    const jade = d.near(d.pick([JADE, '#cfe8d2', '#5fae84', '#f0efe4'])), cord = d.pick([RED, RED, '#3f6f8c', '#eab53c', '#3a2a2a']);
    d.upright(); d.line('M64 2V26', cord, 2.6); d.ring(64, 12, 5, cord, 2.6); d.circle(64, 23, 4, d.ball(GOLD));
    d.path('M30 60a34 34 0 1 0 68 0a34 34 0 1 0 -68 0ZM51 60a13 13 0 1 1 26 0a13 13 0 1 1 -26 0Z', d.ball(jade), `fill-rule="evenodd" stroke="${dark(jade, 0.25)}" stroke-width="1.6"`);
    d.spun(d.pick([4, 6, 8]), 64, 60, () => d.line('M58 40q-5 -7 3 -9q8 0 7 7q-2 4 -6 2', dark(jade, 0.3), 1.8));
    d.shine(48, 42, 9, 4, -40, 0.7);
    d.line('M64 93V98', cord, 2.6); d.tassel(64, 102, 24, cord, GOLD);
  },
  'art-sachet': (d) => {
    const cloth = d.paint('red', 'pink', 'green', 'blue', 'purple', 'yellow', 'orange'), cord = d.pick([GOLD, RED, '#5fae8a']);
    d.upright(); d.ring(64, 10, 7, cord, 2.4); d.line('M64 16V30', cord, 2.4);
    d.path('M46 26Q64 34 82 26L76 40Q112 54 104 82Q96 102 64 102Q32 102 24 82Q16 54 52 40Z', d.ball(cloth)); d.path('M46 26Q56 34 64 28Q72 34 82 26L77 38H51Z', light(cloth, 0.3)); d.rect(48, 36, 32, 6, 3, d.across(cord));
    const bloom = d.pick(['#fff', '#f7d56a', '#f9c8d4']);
    if (d.chance(0.6)) { d.spun(8, 64, 72, () => d.path(petal(64, 70, 20, 13), bloom)); d.circle(64, 72, 7, d.ball(GOLD)); d.mirrored(() => d.line('M34 82q-4 -8 4 -10q6 1 4 6', light(cloth, 0.6), 2)); } else { d.ring(64, 72, 18, bloom, 2); d.line('M64 56C50 62 50 72 64 72C78 72 78 84 64 88', bloom, 2.4); d.circle(60, 63, 2.6, bloom); d.circle(68, 81, 2.6, bloom); }
    for (const x of [54, 64, 74]) d.tassel(x, 106, 18, cord);
  },
  'art-bamboo-hat': (d) => {
    const straw = d.near('#ddb266');
    d.path('M4 84C10 76 50 30 64 22C78 30 118 76 124 84C112 102 16 102 4 84Z', d.fall(straw));
    for (const x of [14, 30, 46, 64, 82, 98, 114]) d.line(`M64 22Q${64 + (x - 64) * 0.55} 52 ${x} ${97 - Math.abs(x - 64) * 0.16}`, dark(straw, 0.22), 1.3);
    for (const [w, y] of [[14, 40], [27, 56], [40, 72], [52, 86]]) d.line(`M${64 - w} ${y}Q64 ${y + w * 0.26} ${64 + w} ${y}`, dark(straw, 0.28), 1.6);
    d.line('M4 84C16 102 112 102 124 84', dark(straw, 0.35), 3); d.path('M54 32Q64 16 74 32Q64 40 54 32Z', dark(straw, 0.2)); d.line('M34 97Q46 122 64 124Q82 122 94 97', d.pick([RED, '#3a2a2a', '#5f8f6f']), 2.2);
  },
  'art-phoenix-crown': (d) => {
    d.upright();
    const jewel = d.pick(['#2f8fc0', '#2f9f98', '#c8304a']), gold = d.near(GOLD);
    d.path('M18 96C10 50 34 30 64 28C94 30 118 50 110 96Q64 84 18 96Z', d.ball(jewel)); 
    d.mirrored(() => { d.path('M60 30C46 10 28 12 20 26C12 20 6 32 12 42C22 40 30 44 34 54C44 52 54 44 60 30Z', d.fall(gold)); d.circle(30, 28, 3, RED); d.path('M18 26L6 22L14 34Z', '#e8503a'); for (const y of [58, 72, 86]) for (const x of [28, 42, 56]) d.circle(x, y - (x - 28) * 0.18, 4.4, d.ball((x + y) % 4 ? '#fdf6ee' : gold)); d.line('M18 96V122M26 94V116', gold, 1.6); for (const y of [102, 110, 118]) { d.circle(18, y, 3, d.ball('#fdf6ee')); } for (const y of [100, 108]) d.circle(26, y, 2.6, d.ball(RED)); });
    d.path('M16 92Q64 78 112 92V102Q64 88 16 102Z', d.fall(gold)); for (const x of [28, 46, 64, 82, 100]) d.circle(x, 95 - 8 * Math.cos(((x - 64) / 48) * 1.5), 3.4, d.ball(x === 64 ? RED : '#7fd0c8'));
    d.spun(8, 64, 50, () => d.path(petal(64, 48, 20, 12), d.ball(gold))); d.circle(64, 50, 8, d.ball(RED)); d.path('M64 4C56 14 56 22 64 30C72 22 72 14 64 4Z', d.ball(gold)); d.circle(64, 18, 4, d.ball('#fdf6ee'));
  },
};
