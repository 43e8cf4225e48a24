// Food and drink.
import { at, CREAM, dark, GOLD, light, mix, petal, polygon, RED, smooth } from './draw.mjs';
import { write } from './writing.mjs';

const CRUST = '#d98f3d';

/** A bowl seen from a little above: `soup` fills it, `inner` is laid on the soup, clipped to it. */
function bowl(d, soup, inner, colour = null) {
  const china = colour ?? d.pick(['#f4f1ea', '#c23b34', '#3c6fb5', '#2e2c33', '#e9ddc2', '#4b9b86']);
  const deep = d.between(36, 44);
  d.path(`M12 58C14 ${58 + deep} 34 ${66 + deep} 44 ${68 + deep}H84C94 ${66 + deep} 114 ${58 + deep} 116 58Z`, d.fall(china));
  d.path(`M42 ${67 + deep}H86L84 ${74 + deep}H44Z`, dark(china, 0.25));
  const trim = d.pick(['line', 'waves', 'dots', 'none']);
  const ink = china === '#f4f1ea' || china === '#e9ddc2' ? d.pick(['#2f62b0', '#c23b34']) : light(china, 0.6);
  if (trim === 'line') d.line(`M17 74Q64 ${86} 111 74`, ink, 2.5);
  if (trim === 'waves') for (let x = 26; x < 104; x += 13) d.line(`M${x} ${84 - Math.abs(x - 64) * 0.1}q4 -7 8 0`, ink, 2.2);
  if (trim === 'dots') for (let x = 28; x < 106; x += 12) d.circle(x, 84 - Math.abs(x - 64) * 0.12, 2.4, ink);
  d.ellipse(64, 58, 52, 19, light(china, 0.45));
  d.ellipse(64, 59, 47, 16, d.fall(soup, 0.12));
  const over = 'M17 59A47 16 0 0 0 111 59V-10H17Z';
  d.clipped(over, inner);
}

/** A bun with folds that meet on top. */
function bun(d, cx, cy, r, colour, folds = 9) {
  d.path(smooth([[cx - r, cy + r * 0.25], [cx - r * 0.82, cy - r * 0.3], [cx - r * 0.35, cy - r * 0.68], [cx, cy - r * 0.86], [cx + r * 0.35, cy - r * 0.68], [cx + r * 0.82, cy - r * 0.3], [cx + r, cy + r * 0.25], [cx + r * 0.75, cy + r * 0.62], [cx, cy + r * 0.7], [cx - r * 0.75, cy + r * 0.62]]), d.ball(colour), `stroke="${dark(colour, 0.14)}" stroke-width="${r * 0.035}"`);
  for (let i = 0; i < folds; i++) {
    const x = cx + r * 0.8 * (-1 + (2 * i) / (folds - 1)), y = cy - r * (0.02 + 0.1 * Math.cos(x - cx));
    d.line(`M${cx} ${cy - r * 0.68}Q${cx + (x - cx) * 0.35 + r * 0.1} ${cy - r * 0.5} ${x} ${y}`, dark(colour, 0.22), r * 0.045);
  }
  d.ellipse(cx, cy - r * 0.68, r * 0.14, r * 0.09, dark(colour, 0.3));
}

function basket(d, y, height, inner) {
  const bamboo = d.near('#d9a860');
  d.path(`M10 ${y}V${y + height}C14 ${y + height + 16} 114 ${y + height + 16} 118 ${y + height}V${y}Z`, d.across(bamboo));
  d.line(`M10 ${y + height * 0.3}C14 ${y + height * 0.3 + 17} 114 ${y + height * 0.3 + 17} 118 ${y + height * 0.3}`, dark(bamboo, 0.3), 2.4);
  d.line(`M10 ${y + height * 0.85}C14 ${y + height * 0.85 + 17} 114 ${y + height * 0.85 + 17} 118 ${y + height * 0.85}`, dark(bamboo, 0.3), 2.4);
  d.ellipse(64, y, 54, 20, light(bamboo, 0.25));
  d.ellipse(64, y, 48, 16, dark(bamboo, 0.35));
  inner();
  d.path(`M10 ${y}A54 20 0 0 0 118 ${y}A54 17 0 0 1 10 ${y}Z`, bamboo);
}

function scallions(d, count, cx, cy, rx, ry) {
  for (let i = 0; i < count; i++) {
    const x = cx + d.between(-rx, rx), y = cy + d.between(-ry, ry);
    d.ring(x, y, d.between(1.8, 2.6), d.pick(['#5fae4d', '#8ccf63', '#3f8f45']), 1.6);
  }
}

const shaomaiOne = (d, cx, cy, s, wrapper, filling) => d.moved(cx - 64 * s, cy - 64 * s, s, () => {
  d.path('M32 44C40 54 38 58 30 68C20 82 22 108 40 112H88C106 108 108 82 98 68C90 58 88 54 96 44Z', d.ball(wrapper));
  for (const [a, b] of [[42, 32], [49, 44], [57, 57], [71, 71], [79, 84], [86, 96]]) d.line(`M${a} 50Q${a} 60 ${(a + b) / 2} 74T${b} 100`, dark(wrapper, 0.24), 1.8);
  const rim = [];
  for (let i = 0; i < 20; i++) rim.push(at(64, 41, i % 2 ? 39 : 30, i * 18).map((v, k) => (k ? 41 + (v - 41) * 0.46 : v)));
  d.path(smooth(rim), d.fall(light(wrapper, 0.35)));
  d.ellipse(64, 39, 25, 11, d.ball(filling));
  for (let i = 0; i < 7; i++) { const [x, y] = at(64, 39, d.between(5, 19), i * 51); d.circle(x, 39 + (y - 39) * 0.45, 2.6, mix(filling, d.pick(['#fff3d6', '#a85b2c']), 0.5)); }
  d.circle(64, 35, 6, d.ball(d.pick(['#6dbb4c', '#f08a2c', '#e2452f'])));
});

export const food = {
  'art-shaomai': (d) => {
    const wrapper = d.near(d.pick(['#f6dfa4', '#f3cf78', '#fbeecb']), 6), filling = d.near(d.pick(['#e2a06a', '#d9825a', '#eec6a0']), 8);
    if (d.chance(0.55)) return shaomaiOne(d, 64, 66, d.between(1.0, 1.12), wrapper, filling);
    d.ellipse(64, 104, 56, 12, dark('#d9a860', 0.2));
    d.ellipse(64, 101, 56, 12, d.fall('#e0b46c'));
    shaomaiOne(d, 40, 66, 0.66, wrapper, filling);
    shaomaiOne(d, 88, 66, 0.66, wrapper, filling);
    shaomaiOne(d, 64, 80, 0.72, wrapper, filling);
  },
  'art-zongzi': (d) => {
    const leaf = d.near(d.pick(['#4f8f3f', '#5d9a44', '#3f7d45'])), cord = d.pick(['#d9292f', '#f3e3b4', '#e0b46c']), open = d.chance(0.35);
    const body = smooth([[64, 12], [76, 22], [96, 62], [114, 94], [108, 106], [64, 112], [20, 106], [14, 94], [32, 62], [52, 22]]);
    d.path(body, d.ball(leaf));
    d.clipped(body, () => {
      d.path('M64 8L122 108L70 116Z', dark(leaf, 0.18), 'opacity="0.8"');
      for (const [x, w] of [[26, 0], [40, 0], [54, 0]]) d.line(`M64 12Q${x + 24} 60 ${x} 116`, light(leaf, 0.22), 1.2);
      for (const x of [84, 96, 108]) d.line(`M66 12Q${x - 10} 60 ${x} 116`, dark(leaf, 0.4), 1.2);
      if (open) { d.path('M64 60C40 74 26 96 22 116H104C98 92 84 72 64 60Z', d.ball('#fbf6e6')); for (let i = 0; i < 26; i++) d.ellipse(d.between(36, 92), d.between(76, 110), 3.4, 2, '#efe2bf', `transform="rotate(${d.int(0, 90)} 64 92)"`); d.ellipse(64, 92, 7, 5, d.ball('#8e2f2a')); }
      const ys = open ? [48] : [58, 72, 86];
      for (const y of ys) d.line(`M10 ${y + 8}Q64 ${y + 18} 118 ${y}`, cord, 3.2);
      if (!open) d.line('M70 8Q52 60 60 116', cord, 3);
    });
    if (!open) { d.line('M61 78q-16 -12 -18 0q2 9 18 0q16 -12 18 0q-2 9 -18 0', cord, 3); d.line('M61 78L50 98M61 78L72 98', cord, 3); }
  },
  '1f96e': (d) => {
    const crust = d.near(CRUST), gold = light(crust, 0.3), rim = [];
    const count = d.pick([12, 14, 16]);
    for (let i = 0; i < count * 2; i++) rim.push(at(64, 60, i % 2 ? 48 : 54, (i * 180) / count).map((v, k) => (k ? 60 + (v - 60) * 0.86 : v)));
    d.path(smooth(rim.map(([x, y]) => [x, y + 16])), dark(crust, 0.25));
    for (let y = 12; y > 0; y -= 4) d.path(smooth(rim.map(([x, z]) => [x, z + y])), dark(crust, 0.18));
    d.path(smooth(rim), d.ball(crust));
    d.group('transform="translate(64 60) scale(1 0.86) translate(-64 -60)"', () => {
      d.ring(64, 60, 41, gold, 3);
      const kind = d.pick(['flower', 'flower2', 'fu']);
      if (kind === 'fu') { d.flips = false; write(d, d.pick(['福', '吉', '喜']), 42, 38, 44, dark(crust, 0.35), 9); }
      else d.spun(kind === 'flower' ? 8 : 6, 64, 60, () => { d.path(petal(64, 56, 34, 22), gold, `stroke="${dark(crust, 0.3)}" stroke-width="2"`); d.line('M64 50V34', dark(crust, 0.3), 2); });
      if (kind !== 'fu') d.circle(64, 60, 8, d.ball(dark(crust, 0.1)));
    });
    if (d.chance(0.4)) { // a wedge drawn out in front
      d.path('M70 74L122 84V100L84 126L70 92Z', '#6b351d'); d.path('M70 74L122 84L88 110Z', light(crust, 0.15)); d.path('M70 74L88 110V124L70 92Z', '#552a18'); d.circle(82, 106, 5.5, d.ball('#f7a52e'));
    }
  },
  'art-hotpot': (d) => {
    const metal = d.near(d.pick(['#b9bdc6', '#c98a3f', '#4a474f', '#a83a30'])), clear = d.near('#f4e3b8');
    d.path('M14 62C16 100 34 108 44 110H84C94 108 112 100 114 62Z', d.across(metal));
    d.mirrored(() => d.line('M15 66C-2 66 -2 84 17 82', dark(metal, 0.2), 5));
    d.ellipse(64, 60, 54, 25, light(metal, 0.35));
    d.ellipse(64, 61, 48, 21, dark(metal, 0.3));
    d.ellipse(64, 62, 48, 20, d.fall('#cf2f22', 0.12));
    const two = d.chance(0.65);
    if (two) { d.path('M64 42A48 20 0 0 0 64 82C84 76 80 66 64 62C50 58 50 48 64 42Z', d.fall(clear, 0.12)); d.line('M64 42C50 48 50 58 64 62C80 66 84 76 64 82', light(metal, 0.5), 3.4); }
    for (let i = 0; i < 16; i++) { const [x, y] = at(two ? 84 : 64, 60, d.between(2, two ? 20 : 40), i * 47); d.ellipse(x, 60 + (y - 60) * 0.42, d.between(2, 4), d.between(1.5, 2.4), d.pick(['#8e1410', '#f0602c', '#f7a13c', '#5fae4d'])); }
    for (let i = 0; i < 5; i++) { const x = two ? d.between(24, 46) : d.between(26, 100), y = d.between(56, 68); d.circle(x, y, 5, d.ball(d.pick(['#f7efe0', '#e9b48e', '#8ccf63', '#f2d06a']))); }
    if (!two && d.chance(0.7)) { d.path('M52 58L56 22H72L76 58C76 64 52 64 52 58Z', d.across(metal)); d.ellipse(64, 22, 8, 3, '#3a2020'); d.path('M58 20Q60 8 64 6Q70 12 70 20Z', '#f08a2c'); }
    else d.steam([40, 66, 92], 34, 26, 0.6);
    if (d.chance(0.4)) { d.line('M74 56L118 18', '#c98a4a', 3.4); d.line('M82 58L122 26', '#b0713a', 3.4); }
  },
  'art-tangyuan': (d) => {
    const tint = d.pick([['#fdfaf4'], ['#fdfaf4'], ['#fdfaf4', '#f9b7c4', '#d8e8a4']]);
    bowl(d, '#f3e6c8', () => {
      for (const [x, y] of [[40, 50], [66, 46], [88, 51], [30, 58], [52, 57], [76, 58], [98, 58]]) d.circle(x, y, 12, d.ball(d.near(d.pick(tint), 3)));
      d.circle(62, 61, 12, d.ball('#fdfaf4'));
      if (d.chance(0.6)) { d.ellipse(64, 60, 6.5, 5.5, '#2c2428'); d.ellipse(62, 59, 2, 1.4, '#6b5a60'); }
    });
  },
  'art-spring-roll': (d) => {
    const gold = d.near('#e4a23f'), rolls = d.chance(0.5) ? [[30, 84, -8], [60, 94, -4], [46, 58, -6]] : [[36, 50, -24], [44, 76, -24]];
    if (d.chance(0.6)) d.ellipse(64, 100, 58, 14, d.fall('#eef0f2'));
    for (const [x, y, a] of rolls) d.turned(a, x + 30, y, () => {
      d.rect(x - 8, y - 13, 74, 26, 12, d.fall(gold, 0.35));
      d.path(`M${x + 14} ${y - 13}Q${x + 30} ${y} ${x + 20} ${y + 13}`, 'none', `stroke="${dark(gold, 0.25)}" stroke-width="2"`);
      for (let i = 0; i < 6; i++) d.circle(x + d.between(0, 48), y + d.between(-8, 8), d.between(1.2, 2.6), mix(gold, '#9c5a1e', 0.45));
      d.ellipse(x + 62, y, 6, 12.4, d.fall(light(gold, 0.3)));
      d.ellipse(x + 62, y, 4, 9, '#f4e2b0');
      for (let i = 0; i < 6; i++) d.ellipse(x + 62 + d.between(-2, 2), y + d.between(-6, 6), 1.6, 2, d.pick(['#5fae4d', '#f08a2c', '#c8562f']));
    });
  },
  'art-baozi': (d) => {
    const dough = d.near('#fbf3e4', 5);
    if (d.chance(0.6)) bun(d, 64, 70, 54, dough, d.int(8, 11));
    else { bun(d, 36, 54, 30, dough, 8); bun(d, 92, 54, 30, dough, 8); bun(d, 64, 84, 36, dough, 9); }
    if (d.chance(0.5)) d.steam([44, 66, 88], 26, 20);
  },
  'art-mantou': (d) => {
    const dough = d.near(d.pick(['#fbf5ea', '#f6e6c4', '#efd3a0']), 5);
    const one = (x, y, s) => d.moved(x - 64 * s, y - 64 * s, s, () => {
      d.path('M18 92C10 52 40 32 64 32C88 32 118 52 110 92C108 100 20 100 18 92Z', d.ball(dough), `stroke="${dark(dough, 0.16)}" stroke-width="1.6"`);
      d.path('M18 90C20 100 108 100 110 90C110 104 18 104 18 90Z', dark(dough, 0.14));
      d.shine(48, 52, 16, 8, -24, 0.7);
    });
    if (d.chance(0.5)) one(64, 64, 1.05); else { one(42, 50, 0.62); one(88, 52, 0.62); one(64, 80, 0.72); }
  },
  'art-xiaolongbao': (d) => {
    const layers = d.chance(0.4) ? 2 : 1;
    if (layers === 2) basket(d, 80, 22, () => {});
    const y = layers === 2 ? 58 : 62;
    basket(d, y, layers === 2 ? 18 : 30, () => {
      d.ellipse(64, y + 1, 46, 14, '#8fbf62');
      for (const [x, z] of [[40, -10], [88, -10], [64, -12], [30, 0], [98, 0]]) bun(d, x, y + z, 17, '#fbf1df', 7);
      bun(d, 52, y + 1, 18, '#fbf1df', 8); bun(d, 78, y + 2, 18, '#fbf1df', 8);
    });
    d.steam([40, 64, 88], y - 26, 22, 0.6);
  },
  'art-tanghulu': (d) => {
    const count = d.int(4, 6), fruit = d.paint('red', 'red', 'red', 'orange'), step = 84 / count;
    d.turned(d.between(14, 32), 64, 64, () => {
      d.line('M64 6V124', '#d9a860', 4);
      for (let i = 0; i < count; i++) {
        const y = 12 + step * (i + 0.5), r = step * 0.56;
        d.circle(64, y, r * 1.1, '#f7b23c', 'opacity="0.55"');
        d.circle(64, y, r, d.ball(fruit));
        d.circle(64 + r * 0.35, y + r * 0.3, 1.4, light(fruit, 0.55)); d.circle(64 - r * 0.1, y + r * 0.5, 1.2, light(fruit, 0.55));
        d.shine(64 - r * 0.38, y - r * 0.38, r * 0.3, r * 0.18, -35, 0.9);
      }
      d.path('M60 8L64 1L68 8Z', '#d9a860');
    });
  },
  'art-tofu': (d) => {
    const tofu = d.near('#f8f1dc', 4), cube = (x, y, s) => {
      d.path(polygon([[x - s, y], [x, y + s * 0.45], [x, y + s * 1.3], [x - s, y + s * 0.85]]), d.fall(dark(tofu, 0.07), 0.08));
      d.path(polygon([[x + s, y], [x, y + s * 0.45], [x, y + s * 1.3], [x + s, y + s * 0.85]]), d.fall(dark(tofu, 0.18), 0.08));
      d.path(polygon([[x, y - s * 0.45], [x + s, y], [x, y + s * 0.45], [x - s, y]]), light(tofu, 0.5));
    };
    d.ellipse(64, 100, 58, 16, d.fall(d.pick(['#3c6fb5', '#c23b34', '#5f8f6f', '#d8d4cc'])));
    if (d.chance(0.5)) { cube(64, 56, 40); scallions(d, 9, 64, 56, 16, 7); }
    else { cube(40, 66, 24); cube(88, 66, 24); cube(64, 78, 24); cube(64, 38, 24); scallions(d, 6, 64, 38, 10, 4); }
  },
  'art-youtiao': (d) => {
    const gold = d.near('#d9963a'), stick = (x) => {
      d.path(smooth([[x - 9, 12], [x + 9, 12], [x + 12, 30], [x + 9, 48], [x + 12, 66], [x + 9, 84], [x + 12, 102], [x + 6, 117], [x - 6, 117], [x - 12, 102], [x - 9, 84], [x - 12, 66], [x - 9, 48], [x - 12, 30]]), d.across(gold), `stroke="${dark(gold, 0.3)}" stroke-width="1.4"`);
      for (const y of [28, 50, 72, 94]) d.line(`M${x - 6} ${y}q5 8 12 4`, dark(gold, 0.25), 1.8);
      for (const y of [22, 44, 66, 88, 106]) d.circle(x - 3, y, 2, light(gold, 0.45));
    };
    d.turned(d.between(15, 40), 64, 64, () => { if (d.chance(0.3)) { stick(40); stick(64); stick(88); } else { stick(52); stick(76); } });
  },
  'art-jianbing': (d) => {
    const crepe = d.near('#e8c06c'), paper = d.pick(['#efe6d6', '#d9b98c', '#f2f2f0']);
    d.path(smooth([[30, 20], [64, 8], [98, 20], [102, 70], [94, 112], [34, 112], [26, 70]]), d.fall(crepe));
    d.path('M36 24C50 40 46 80 40 112H62C66 70 62 40 58 14Z', dark(crepe, 0.14));
    d.path('M60 12C76 40 82 76 80 112H94C102 80 102 40 97 20Z', light(crepe, 0.2));
    for (let i = 0; i < 22; i++) d.ellipse(d.between(34, 96), d.between(18, 66), 3, 1.8, d.pick(['#f6dc8a', '#fbf0c8', '#a8682c', '#5fae4d', '#5fae4d']), `transform="rotate(${d.int(0, 90)} 64 50)"`);
    d.line('M44 30Q56 22 66 34T88 30', '#a3341f', 3.5);
    d.path('M42 12L50 4L60 16L56 26Z', '#6dbb4c'); d.path('M66 10L78 4L82 16L74 24Z', '#8ccf63');
    d.path('M20 62L64 76L108 62L98 122H30Z', d.fall(paper, 0.12));
    d.path('M64 76L108 62L98 122H70Z', dark(paper, 0.1));
  },
  'art-peking-duck': (d) => {
    const skin = d.near('#b4561f');
    d.ellipse(64, 98, 60, 17, d.fall('#f2f0ec')); d.ellipse(64, 95, 48, 12, dark('#f2f0ec', 0.06));
    for (const x of [16, 30, 100, 112]) d.path(petal(x, 100, 18, 14), '#6dbb4c', `transform="rotate(${(x - 64) * 1.2} ${x} 100)"`);
    d.path(smooth([[14, 74], [26, 52], [54, 42], [86, 42], [106, 56], [112, 76], [98, 94], [60, 100], [28, 94]]), d.ball(skin));
    d.path(smooth([[84, 66], [98, 60], [114, 66], [124, 60], [126, 67], [118, 73], [104, 84], [88, 84]]), d.ball(dark(skin, 0.06)));
    d.circle(124, 60, 4, '#f6ead2'); d.circle(126, 67, 4, '#f6ead2');
    d.path(smooth([[44, 60], [66, 56], [78, 70], [62, 84], [46, 78]]), d.ball(dark(skin, 0.1)));
    d.path(smooth([[16, 74], [8, 58], [12, 40], [22, 30], [30, 36], [24, 48], [30, 58]]), d.ball(skin));
    d.path('M22 30L34 26L30 36Z', '#e0902f'); d.circle(22, 36, 2, '#2b1410');
    d.shine(52, 50, 18, 5, -8, 0.5); d.shine(92, 54, 7, 3, 20, 0.4);
  },
  'art-beef-noodles': (d) => {
    bowl(d, d.near('#c4622a'), () => {
      for (let i = 0; i < 9; i++) d.line(`M${22 + i * 6} ${62 + (i % 3)}C${30 + i * 6} ${44 + (i % 2) * 6} ${50 + i * 5} ${46 + (i % 3) * 5} ${58 + i * 5} 66`, i % 2 ? '#f4dc9a' : '#e9c878', 3.6);
      for (const [x, y] of [[70, 52], [84, 57], [94, 51]]) { d.rect(x - 9, y - 6, 20, 12, 4, d.fall('#8a4a30')); d.line(`M${x - 5} ${y}h12`, '#c98a6a', 1.6); }
      if (d.chance(0.5)) { d.ellipse(40, 52, 11, 8, '#fdfaf2'); d.circle(40, 52, 5, d.ball('#f5a928')); }
      else { d.path(petal(36, 62, 22, 14), '#4f9a45'); d.path(petal(46, 60, 18, 10), '#6dbb4c'); }
      scallions(d, 12, 64, 58, 36, 7);
    });
    if (d.chance(0.6)) { d.line('M70 50L114 10', '#b0713a', 3.6); d.line('M78 52L122 18', '#c98a4a', 3.6); } else d.steam([44, 66, 86], 36, 24);
  },
  'art-mapo-tofu': (d) => bowl(d, '#c8321f', () => {
    for (const [x, y] of [[30, 54], [46, 50], [62, 47], [80, 50], [96, 54], [38, 62], [54, 60], [72, 61], [88, 63]]) d.turned(d.int(-20, 20), x, y, () => { d.rect(x - 7, y - 5, 15, 12, 3, dark('#f6ead0', 0.15)); d.rect(x - 7, y - 6, 15, 9, 3, '#f9efd9'); });
    for (let i = 0; i < 24; i++) d.circle(d.between(24, 104), d.between(48, 68), d.between(1.2, 2.4), d.pick(['#7d1a10', '#5a2a18', '#f0602c']));
    scallions(d, 12, 64, 57, 38, 7);
  }),
  'art-wonton': (d) => bowl(d, '#f0dca6', () => {
    for (const [x, y, a] of [[36, 54, -10], [62, 48, 8], [90, 54, -6], [50, 62, 14], [78, 63, -12]]) d.turned(a, x, y, () => {
      d.path(smooth([[x - 17, y + 2], [x - 12, y - 7], [x - 4, y - 3], [x, y - 10], [x + 4, y - 3], [x + 12, y - 7], [x + 17, y + 2], [x + 8, y + 9], [x - 8, y + 9]]), d.ball('#fbf0d4'));
      d.ellipse(x, y + 3, 7, 4.6, '#eeb89a', 'opacity="0.8"');
    });
    scallions(d, 10, 64, 58, 36, 7);
  }),
  'art-tomato-egg': (d) => bowl(d, '#d8402a', () => {
    for (let i = 0; i < 11; i++) { const x = d.between(26, 102), y = d.between(47, 64); d.path(smooth([[x - 11, y], [x - 5, y - 7], [x + 4, y - 4], [x + 11, y - 2], [x + 6, y + 6], [x - 5, y + 6]]), d.ball(i % 3 ? '#f8c93c' : '#e6382b')); }
    scallions(d, 9, 64, 57, 36, 7);
  }, '#f4f1ea'),
  'art-century-egg': (d) => {
    const dish = d.pick(['#f4f1ea', '#c23b34', '#3c6fb5']);
    d.ellipse(64, 98, 60, 18, d.fall(dish)); d.ellipse(64, 95, 50, 13, light(dish, 0.3));
    for (const [x, y, a] of [[38, 66, -16], [90, 66, 16], [64, 82, 2]]) d.turned(a, x, y, () => {
      d.path(smooth([[x, y - 32], [x + 20, y - 10], [x + 18, y + 14], [x, y + 22], [x - 18, y + 14], [x - 20, y - 10]]), d.ball('#5b3a22'));
      d.path(smooth([[x, y - 28], [x + 17, y - 9], [x + 15, y + 12], [x, y + 19], [x - 15, y + 12], [x - 17, y - 9]]), '#7a4a24', 'opacity="0.9"');
      d.circle(x, y + 1, 11.5, d.ball('#4d5a46')); d.circle(x, y + 1, 6.5, '#2b2f2a'); d.shine(x - 8, y - 16, 4, 8, 20, 0.4);
    });
  },
  'art-roujiamo': (d) => {
    const bread = d.near('#ecc98c');
    d.path('M10 78C12 100 40 110 64 110C88 110 116 100 118 78Z', d.fall(bread));
    for (let i = 0; i < 16; i++) d.circle(14 + i * 6.7, 72 + d.between(-5, 6), d.between(6, 8), d.ball(d.pick(['#8a4326', '#a45a33', '#6e3320'])));
    for (let i = 0; i < 9; i++) d.circle(d.between(16, 112), d.between(68, 80), 2.6, d.pick(['#5fae4d', '#8ccf63']));
    d.path('M8 68C8 34 34 18 64 18C94 18 120 34 120 68C100 76 28 76 8 68Z', d.ball(bread));
    d.ellipse(64, 42, 34, 14, mix(bread, '#b06f2c', 0.4), 'opacity="0.7"'); d.ring(64, 42, 9, mix(bread, '#8a4f20', 0.5), 3, 'transform="translate(0 18) scale(1 0.57)"');
  },
  'art-longevity-peach': (d) => {
    const one = (x, y, s) => d.moved(x - 64 * s, y - 64 * s, s, () => {
      d.path(petal(20, 112, 52, 24, 0.6), d.fall('#5fae4d'), 'transform="rotate(-40 20 112) translate(14 8)"'); d.path(petal(104, 112, 52, 24, 0.6), d.fall('#4f9a45'), 'transform="rotate(40 104 112) translate(-10 8)"');
      d.path('M64 10C72 26 112 40 110 78C108 104 84 112 64 112C44 112 20 104 18 78C16 40 56 26 64 10Z', d.gradient('linear', 'x1="0" y1="0" x2="0" y2="1"', [[0, '#ee4f74'], [0.45, '#f9a9b8'], [1, '#fdf0e4']]));
      d.line('M64 14C54 46 58 82 64 104', '#e0708a', 2.6);
      d.shine(40, 60, 8, 14, 14, 0.5);
    });
    if (d.chance(0.6)) one(64, 64, 1); else { one(40, 46, 0.6); one(90, 48, 0.6); one(64, 82, 0.7); }
  },
  'art-qingtuan': (d) => {
    const green = d.near('#5a9c4a');
    d.path('M4 88C30 66 98 66 124 88C98 116 30 116 4 88Z', d.fall('#3f7d3a')); d.line('M6 88Q64 84 122 88', '#7bb865', 1.6);
    const ball = (x, y, r) => { d.circle(x, y, r, d.ball(green)); d.shine(x - r * 0.35, y - r * 0.45, r * 0.28, r * 0.16, -30, 0.6); };
    if (d.chance(0.5)) { ball(40, 66, 25); ball(90, 66, 25); ball(64, 78, 27); } else { ball(64, 62, 38); if (d.chance(0.5)) { d.ellipse(64, 62, 18, 16, '#3a1f22'); d.ellipse(60, 57, 5, 3, '#7a4a4c'); } }
  },
  'art-lamb-skewers': (d) => {
    const count = d.pick([2, 3]);
    d.turned(d.between(25, 50), 64, 64, () => {
      for (let k = 0; k < count; k++) {
        const x = 64 + (k - (count - 1) / 2) * 27;
        d.line(`M${x} 0V128`, '#c4c7ce', 2.6);
        for (let i = 0; i < 4; i++) { const y = 10 + i * 23; d.rect(x - 11, y, 22, 19, 6, d.fall(i % 2 ? '#8f4a26' : '#a85a2e')); if (i % 2) d.rect(x - 10, y + 2, 20, 7, 3, '#e8c08a'); for (let j = 0; j < 3; j++) d.circle(x + d.between(-8, 8), y + d.between(3, 16), 1.4, d.pick(['#d9292f', '#f7c331', '#5a2a14'])); }
      }
    });
  },
  'art-persimmon': (d) => {
    const fruit = d.near('#f07a22'), one = (x, y, s) => d.moved(x - 64 * s, y - 64 * s, s, () => {
      d.path(smooth([[64, 30], [92, 32], [114, 54], [112, 86], [88, 108], [40, 108], [16, 86], [14, 54], [36, 32]]), d.ball(fruit));
      d.spun(4, 64, 36, () => d.path(petal(64, 36, 26, 24, 0.4), d.fall('#6f9a45')), 45); d.rect(60, 20, 8, 18, 3, '#7a5a32');
      d.shine(36, 62, 6, 14, 20, 0.6);
    });
    if (d.chance(0.5)) one(64, 64, 1); else { one(42, 56, 0.66); one(86, 74, 0.7); }
  },
  'art-lychee': (d) => {
    const one = (x, y, r, open) => {
      d.circle(x, y, r, d.ball(d.near('#d63a4a')));
      for (let i = 0; i < 26; i++) { const [px, py] = at(x, y, r * Math.sqrt(i / 27), i * 137.5); d.circle(px, py, r * 0.07, '#a81f38'); }
      if (open) { d.path(`M${x - r} ${y}A${r} ${r} 0 0 1 ${x + r} ${y}Q${x + r * 0.5} ${y + r * 0.35} ${x} ${y + r * 0.1}T${x - r} ${y}Z`, d.ball('#f6f3f2')); d.shine(x - r * 0.3, y - r * 0.45, r * 0.25, r * 0.12, -20, 0.9); }
    };
    d.line('M30 10Q60 16 66 40M60 18Q84 20 92 44', '#7a5a32', 4); d.path(petal(34, 14, 34, 18, 0.7), d.fall('#4f9a45'), 'transform="rotate(100 34 14)"'); d.path(petal(70, 18, 36, 18, 0.7), d.fall('#5fae4d'), 'transform="rotate(60 70 18)"');
    one(40, 62, 25, false); one(92, 62, 25, false); one(66, 88, 28, d.chance(0.6));
  },
  'art-wine-jar': (d) => {
    d.upright();
    const clay = d.near(d.pick(['#6b4630', '#4a3a38', '#8a5a38', '#a8462e']));
    d.path('M44 30C30 38 14 54 16 78C18 100 36 114 44 116H84C92 114 110 100 112 78C114 54 98 38 84 30Z', d.across(clay));
    d.path('M44 32V22H84V32Q64 38 44 32Z', d.across(dark(clay, 0.2)));
    d.path('M36 24C38 8 52 6 64 6C76 6 90 8 92 24C84 32 44 32 36 24Z', d.ball('#c8282c')); d.line('M40 26Q64 34 88 26', GOLD, 3);
    d.path('M64 46L92 76L64 106L36 76Z', d.fall('#d9292f', 0.12), `stroke="${GOLD}" stroke-width="2"`); write(d, '酒', 48, 60, 32, '#2b1410', 11);
  },
};
