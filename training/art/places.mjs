// Clouds and waves, buildings, gardens, boats.
import { at, dark, GOLD, INK, light, mix, petal, polygon, RED, smooth, WOOD } from './draw.mjs';
import { write } from './writing.mjs';

/** A tiled roof with upturned eaves, `half` wide to each side, from `top` down to `eaves`. */
function roof(d, cx, top, eaves, half, colour, ridge = 0.35, trim = GOLD) {
  const lift = Math.min(9, half * 0.16), up = half * ridge;
  const shape = `M${cx - up} ${top}H${cx + up}C${cx + up + 4} ${top + (eaves - top) * 0.6} ${cx + half * 0.75} ${eaves - 3} ${cx + half} ${eaves - lift}L${cx + half * 0.94} ${eaves + 2}Q${cx} ${eaves + 5} ${cx - half * 0.94} ${eaves + 2}L${cx - half} ${eaves - lift}C${cx - half * 0.75} ${eaves - 3} ${cx - up - 4} ${top + (eaves - top) * 0.6} ${cx - up} ${top}Z`;
  d.path(shape, d.fall(colour, 0.2));
  d.clipped(shape, () => {
    const count = Math.max(6, Math.round(half / 4.2));
    for (let i = -count; i <= count; i++) d.line(`M${cx + (up * i) / count} ${top}Q${cx + ((up + half * 0.1) * i) / count} ${top + (eaves - top) * 0.7} ${cx + (half * i) / count} ${eaves + 4}`, dark(colour, 0.3), 1);
    d.line(`M${cx - half} ${eaves}Q${cx} ${eaves + 4} ${cx + half} ${eaves}`, trim, 2.2);
  });
  d.line(`M${cx - up} ${top}H${cx + up}`, dark(colour, 0.25), 3);
}

const TILES = ['#e0a02c', '#4a5a66', '#3f8f6a', '#d9a83c', '#5a5560'];
const swirl = (d, x, y, s, colour, line) => d.moved(x, y, s, () => {
  d.path('M-46 14C-54 2 -44 -10 -31 -7C-30 -22 -8 -24 -3 -11C7 -22 28 -17 25 0C38 -7 52 2 46 14Z', d.fall(colour, 0.15), `stroke="${line}" stroke-width="2.4" stroke-linejoin="round"`);
  d.line('M-36 8C-42 0 -32 -6 -26 -1C-22 4 -27 9 -31 6M-6 4C-14 -4 -6 -14 3 -10C12 -5 9 6 1 5C-3 4 -3 -1 1 -2M26 9C20 3 26 -3 33 0C38 4 36 9 32 8', line, 2.2);
});

export const places = {
  'art-auspicious-cloud': (d) => {
    const name = d.paint('white', 'red', 'blue', 'yellow', 'pink', 'teal', 'orange', 'purple'), line = d.known.colour === 'white' ? '#5f86c0' : d.pick([dark(name, 0.4), light(name, 0.8), GOLD]); d.lean = 4;
    const kind = d.int(0, 2); if (kind === 0) swirl(d, 64, 68, 1.16, name, line); if (kind === 1) { swirl(d, 78, 46, 0.78, light(name, 0.3), line); swirl(d, 54, 78, 1, name, line); } if (kind === 2) { swirl(d, 64, 44, 0.7, light(name, 0.35), line); swirl(d, 44, 72, 0.72, light(name, 0.15), line); swirl(d, 80, 88, 0.86, name, line); }
    if (d.chance(0.5)) d.line(`M${kind ? 100 : 110} ${kind === 2 ? 104 : 88}C118 92 122 84 126 88M8 ${kind === 2 ? 92 : 90}C14 98 40 96 60 98`, line, 2.6);
  },
  'art-seigaiha': (d) => {
    const sea = d.paint('blue', 'blue', 'teal', 'green', 'red'), foam = d.pick(['#f6fbff', '#fdf3dc']); d.lean = 3; const kind = d.int(0, 1), shape = kind ? 'M4 64a60 60 0 1 0 120 0a60 60 0 1 0 -120 0Z' : 'M2 44Q64 20 126 44V118H2Z';
    d.clipped(shape, () => { d.rect(0, 0, 128, 128, 0, mix(sea, foam, 0.2)); for (let r = 0; r < 9; r++) for (let c = -1; c < 6; c++) { const x = c * 28 + (r % 2 ? 14 : 0), y = 18 + r * 14; for (const [s, colour] of [[16, foam], [14, sea], [11, foam], [9, mix(sea, foam, 0.25)], [6, foam], [4, sea]]) d.circle(x, y, s, colour); } });
    if (kind) d.ring(64, 64, 59, dark(sea, 0.3), 3);
  },
  'art-curling-wave': (d) => {
    const sea = d.paint('blue', 'blue', 'teal'), foam = '#f6fbff'; d.lean = 3; d.path('M2 118C4 60 30 20 66 16C90 14 108 30 104 50C102 64 84 66 80 54C90 54 92 44 84 38C66 32 56 52 60 72C64 92 92 98 126 90V118Z', d.fall(sea, 0.3)); for (const o of [0, 9, 18]) d.line(`M${12 + o} 116C${16 + o} ${74 + o} ${32 + o} ${42 + o * 0.8} ${58 + o * 0.4} ${30 + o * 1.4}`, light(sea, 0.5), 2.2); d.path('M60 72C64 92 92 98 126 90L126 98C96 108 62 100 56 78Z', foam); for (const [x, y, r] of [[66, 16, 8], [78, 15, 9], [91, 19, 9], [101, 28, 9], [105, 40, 9], [102, 52, 8], [93, 60, 7], [84, 58, 6]]) d.circle(x, y, r, foam); for (const [x, y, r] of [[66, 16, 4], [78, 15, 5], [91, 19, 5], [101, 28, 5], [105, 40, 5], [101, 52, 4]]) d.line(`M${x - r} ${y + 2}a${r} ${r} 0 1 1 ${r} ${r}`, mix(sea, foam, 0.4), 1.8); for (const [x, y] of [[114, 20], [120, 34], [110, 8], [118, 52]]) d.circle(x, y, 2.6, foam);
    d.path('M2 118Q16 100 30 112T58 112T86 112T126 106V124H2Z', mix(sea, foam, 0.35)); d.line('M8 118q8 -8 16 0M44 119q8 -8 16 0M84 118q8 -8 16 0', foam, 2.2);
  },
  'art-pavilion': (d) => {
    const tile = d.near(d.pick(TILES)), red = d.near(d.pick(['#c0302c', '#a8382c', '#7a3b22'])), two = d.chance(0.5); d.lean = 1; d.rect(12, 108, 104, 8, 1.5, '#c9c6c0'); d.rect(4, 115, 120, 9, 1.5, '#aeb0b4'); const y = two ? 62 : 54;
    d.rect(34, y, 60, 50, 0, '#2b3a40', 'opacity="0.12"'); for (const x of [26, 48, 76, 98]) d.rect(x, y, 6, 56, 1, d.across(red)); d.line('M26 94H104M26 102H104', red, 2.4); for (let x = 32; x < 102; x += 6) d.line(`M${x} 94V102`, red, 1.4); d.rect(24, y - 2, 82, 8, 1, '#3f7f8a'); for (let x = 30; x < 104; x += 12) d.circle(x, y + 2, 2, GOLD);
    if (two) { roof(d, 64, 44, 62, 60, tile, 0.5); d.rect(44, 34, 40, 11, 0, red); roof(d, 64, 10, 36, 44, tile, 0.06); } else roof(d, 64, 14, 54, 60, tile, 0.08); d.circle(64, two ? 8 : 11, 5, d.ball(GOLD)); d.path(`M62 ${two ? 4 : 7}L64 -4L66 ${two ? 4 : 7}Z`, GOLD);
  },
  'art-pagoda': (d) => {
    const tile = d.near(d.pick(TILES)), wall = d.near(d.pick(['#d9503c', '#f0e6d2', '#c98a5a', '#e0b06c'])), floors = d.int(5, 7), step = 92 / floors; d.lean = 1; d.rect(22, 114, 84, 9, 1.5, '#b5b2ac');
    for (let i = floors - 1; i >= 0; i--) { const y = 24 + i * step, w = 15 + (i * 22) / floors; d.path(polygon([[64 - w * 0.86, y], [64 + w * 0.86, y], [64 + w, y + step], [64 - w, y + step]]), d.across(wall)); const door = w * 0.22; d.path(`M${64 - door} ${y + step}V${y + step * 0.58}A${door} ${door} 0 0 1 ${64 + door} ${y + step * 0.58}V${y + step}Z`, '#4a2a24'); for (const m of [-1, 1]) d.rect(64 + m * w * 0.6 - 1.6, y + step * 0.5, 3.2, step * 0.34, 1, '#4a2a24'); }
    for (let i = floors - 1; i >= 0; i--) { const y = 24 + i * step, w = 15 + (i * 22) / floors; roof(d, 64, y - step * 0.36, y + 2, w * 1.42, tile, i ? 0.58 : 0.1); } d.line(`M64 ${22 - step * 0.36}V0`, GOLD, 3); for (const [y, r] of [[14, 3.4], [9, 2.6], [4, 2]]) d.circle(64, y, r, d.ball(GOLD));
  },
  'art-great-wall': (d) => {
    const stone = d.near(d.pick(['#b8a488', '#a89a8a', '#c9a878'])), hill = d.near(d.pick(['#6f9f5a', '#5f8f6a', '#c98a4a', '#7f9f4a'])), tower = (x, y, s) => d.moved(x, y, s, () => { d.path('M-17 0H17V-30H21V-42H14V-36H7V-42H-7V-36H-14V-42H-21V-30H-17Z', d.across(stone)); d.rect(-19, -32, 38, 3, 0, dark(stone, 0.25)); for (const m of [-9, 0, 9]) d.path(`M${m - 2.6} -10V-19A2.6 2.6 0 0 1 ${m + 2.6} -19V-10Z`, '#4a3a34'); }); d.lean = 1;
    d.path('M0 70Q24 30 48 54Q76 10 100 44Q116 36 128 56V120H0Z', light(hill, 0.45)); d.path('M0 92Q20 62 44 78Q70 46 92 64Q112 58 128 74V122H0Z', light(hill, 0.2)); const wall = (points, w) => { const d1 = smooth(points, false); d.line(d1, dark(stone, 0.35), w + 3); d.line(d1, stone, w); d.line(d1, light(stone, 0.35), w * 0.42); d.line(d1, dark(stone, 0.35), w + 2, `stroke-dasharray="0.1 ${w * 0.9}" opacity="0.35"`); };
    wall([[70, 52], [80, 38], [92, 44], [108, 38]], 5); wall([[104, 74], [92, 66], [78, 64], [70, 52]], 7); tower(72, 58, 0.62); d.path('M0 104Q30 78 62 92Q96 78 128 96V124H0Z', d.fall(hill)); wall([[14, 122], [26, 98], [48, 92], [66, 98], [88, 88], [106, 74]], 12); tower(104, 84, 0.86); tower(28, 112, 1.1); for (const [x, y] of [[60, 114], [84, 110], [106, 114]]) d.circle(x, y, d.between(6, 9), d.ball(dark(hill, 0.15)));
  },
  'art-temple-of-heaven': (d) => {
    const blue = d.near(d.pick(['#2a4f9c', '#34609f', '#27447f'])), red = d.near('#b5322c'); d.lean = 1; for (const [y, w] of [[116, 62], [109, 55], [102, 48]]) { d.rect(64 - w, y, 2 * w, 8, 1.5, d.across('#f0ede6')); for (let x = 64 - w + 4; x < 64 + w - 2; x += 6) d.line(`M${x} ${y - 4}V${y}`, '#d6d2c8', 2.4); }
    d.rect(26, 80, 76, 22, 0, d.across(red)); for (let x = 30; x < 100; x += 9) d.rect(x, 84, 5, 16, 0.5, mix(red, GOLD, 0.3)); d.rect(26, 78, 76, 5, 0, '#2f8f8a'); roof(d, 64, 62, 80, 50, blue, 0.66); d.rect(34, 52, 60, 12, 0, d.across(red)); d.rect(34, 51, 60, 4, 0, '#2f8f8a'); roof(d, 64, 36, 54, 41, blue, 0.6); d.rect(43, 28, 42, 10, 0, d.across(red)); roof(d, 64, 10, 30, 32, blue, 0.1); d.circle(64, 8, 5.5, d.ball(GOLD)); d.path('M62 4L64 -4L66 4Z', GOLD);
  },
  'art-palace-hall': (d) => {
    const tile = d.near('#e3a52e'), red = d.near('#b8302a'); d.lean = 1; for (const [y, w] of [[114, 62], [105, 57]]) { d.rect(64 - w, y, 2 * w, 10, 1, d.fall('#ece7dc')); for (let x = 64 - w + 4; x < 64 + w - 2; x += 7) d.line(`M${x} ${y - 4}V${y}`, '#d2cdc0', 2.6); } d.path('M52 100H76L82 124H46Z', '#dcd6c8'); for (const y of [106, 112, 118]) d.line(`M50 ${y}H78`, '#b5afa0', 1.2);
    d.rect(14, 74, 100, 28, 0, d.fall(red)); for (let i = 0; i < 9; i++) d.rect(15 + i * 12, 74, 3.6, 28, 0, dark(red, 0.2)); for (let i = 0; i < 8; i++) d.rect(20.5 + i * 12, 80, 6, 22, 0.5, mix(red, GOLD, 0.4)); d.rect(12, 72, 104, 6, 0, '#2f7f8a'); roof(d, 64, 52, 72, 62, tile, 0.76); d.rect(26, 44, 76, 10, 0, red); d.rect(26, 43, 76, 4, 0, '#2f7f8a'); roof(d, 64, 16, 46, 54, tile, 0.56); d.mirrored(() => d.path('M36 16C32 14 32 6 38 4C36 8 40 10 42 14Z', dark(tile, 0.1))); d.rect(55, 42, 18, 12, 1, '#27447f', `stroke="${GOLD}" stroke-width="1.6"`);
  },
  'art-arch-bridge': (d) => {
    const stone = d.near(d.pick(['#d6d0c4', '#c2b8a8', '#b8bcc0'])); d.lean = 1; d.ellipse(64, 104, 62, 16, d.fall('#7fc0dc')); d.path('M36 104A28 28 0 0 0 92 104Z', dark(stone, 0.1), 'opacity="0.45" transform="translate(0 208) scale(1 -1) translate(0 0)"');
    d.path('M0 100C18 94 38 48 64 48C90 48 110 94 128 100V108H94A30 32 0 0 0 34 108H0Z', d.fall(stone)); d.line('M34 108A30 32 0 0 1 94 108', dark(stone, 0.35), 3); for (const a of [-160, -140, -120, -100, -80, -60, -40, -20]) { const [x, y] = at(64, 108, 31, a), [u, v] = at(64, 108, 41, a); d.line(`M${x} ${y}L${u} ${v}`, dark(stone, 0.25), 1.4); } d.line('M4 94C24 84 40 44 64 42C88 44 104 84 124 94', dark(stone, 0.2), 3); for (const t of [-56, -44, -32, -20, -7, 7, 20, 32, 44, 56]) { const y = 44 + 48 * Math.pow(Math.abs(t) / 60, 1.7); d.rect(62.4 + t, y - 9, 3.4, 14, 1, d.across(stone)); } d.line('M20 114q8 -5 16 0M88 115q8 -5 16 0M54 117q8 -5 16 0', '#e6f6fc', 2);
    if (d.chance(0.5)) { d.line('M118 96C122 60 112 40 100 30', '#7a5a3a', 4); for (const [x, l] of [[98, 34], [106, 44], [114, 52], [122, 46]]) d.line(`M${x - 2} 30Q${x + 4} ${30 + l / 2} ${x} ${30 + l}`, '#7fb85a', 3.4); }
  },
  'art-paifang': (d) => {
    const tile = d.near(d.pick(TILES)), red = d.near(d.pick(['#c0302c', '#a8382c', '#c9c3b8'])); d.flips = false; d.lean = 1; for (const x of [14, 42, 80, 108]) { d.rect(x - 1, 56, 9, 62, 1, d.across(red)); d.rect(x - 4, 110, 15, 13, 2, d.fall('#b5b2ac')); } d.rect(10, 60, 106, 8, 1, '#2f7f8a'); d.rect(38, 48, 54, 9, 1, '#2f7f8a'); for (let x = 16; x < 114; x += 10) d.circle(x, 64, 2, GOLD); d.rect(44, 56, 40, 5, 0, red); roof(d, 25, 44, 58, 26, tile, 0.6); roof(d, 103, 44, 58, 26, tile, 0.6); roof(d, 64, 8, 32, 42, tile, 0.62); d.rect(40, 32, 48, 17, 0, red); d.rect(46, 33, 36, 15, 1.5, '#27447f', `stroke="${GOLD}" stroke-width="1.6"`); d.pick([['大', '吉'], ['平', '安'], ['吉', '大']]).forEach((word, i) => write(d, word, 50 + i * 15, 34.5, 12, GOLD, 12));
  },
  'art-water-town': (d) => {
    const wall = d.near('#f6f4ee', 4), tile = d.near(d.pick(['#4a525c', '#3a3f48', '#5a5f68'])), house = (x, y, w, h) => { d.rect(x, y, w, h, 0, d.fall(wall, 0.08)); d.path(polygon([[x - 3, y + 2], [x - 3, y - 8], [x + 6, y - 8], [x + 6, y - 16], [x + 15, y - 16], [x + 15, y - 23], [x + w - 15, y - 23], [x + w - 15, y - 16], [x + w - 6, y - 16], [x + w - 6, y - 8], [x + w + 3, y - 8], [x + w + 3, y + 2]]), wall); for (const [a, b, yy] of [[x - 5, x + 8, y - 9], [x + 4, x + 17, y - 17], [x + 13, x + w - 13, y - 24], [x + w - 17, x + w - 4, y - 17], [x + w - 8, x + w + 5, y - 9]]) { d.path(`M${a} ${yy + 1}L${a - 2} ${yy - 4}H${b + 2}L${b} ${yy + 1}Z`, tile); } }; d.lean = 1;
    d.path('M2 100H126V112Q64 128 2 112Z', d.fall('#8fc6d6')); house(70, 52, 50, 46); house(10, 60, 52, 40); d.rect(30, 78, 12, 22, 1, '#6e3a24'); d.line('M36 78V100', '#4a2418', 1.2); for (const [x, y] of [[16, 72], [48, 72], [80, 62], [102, 62], [80, 80], [102, 80]]) { d.rect(x, y, 9, 9, 0.5, '#5a3a2a'); d.line(`M${x + 4.5} ${y}v9M${x} ${y + 4.5}h9`, '#d9c8a8', 0.9); } if (d.chance(0.7)) for (const x of [66, 124]) { d.circle(x, 66, 4, d.ball(RED)); d.line(`M${x} 70v5`, RED, 1.4); } d.rect(0, 98, 128, 5, 1, '#b5b2ac'); d.line('M14 109q8 -4 16 0M56 112q8 -4 16 0M96 109q8 -4 16 0', '#e6f6fc', 2); if (d.chance(0.5)) { d.path('M40 110Q64 120 88 110Q82 118 64 118Q46 118 40 110Z', '#4a3428'); d.path('M54 111Q64 98 76 111Z', '#2f2a2a'); }
  },
  'art-black-awning-boat': (d) => {
    const wood = d.near(d.pick(['#7a4a30', '#4a3a38', '#5a4030'])), awning = d.near('#33313a'); d.lean = 2; d.ellipse(64, 106, 62, 12, d.fall('#8fc6d6')); d.path('M2 76C18 88 40 92 64 92C88 92 110 88 126 76C120 100 100 110 64 110C28 110 8 100 2 76Z', d.fall(wood)); d.line('M2 76C18 88 40 92 64 92C88 92 110 88 126 76', light(wood, 0.3), 3); d.path('M34 90V72C36 44 92 44 94 72V90Q64 94 34 90Z', d.fall(awning, 0.25)); for (const x of [44, 54, 64, 74, 84]) d.line(`M${x} ${54 + Math.abs(x - 64) * 0.14}V91`, light(awning, 0.25), 1.6); d.line('M34 80Q64 84 94 80M35 68Q64 71 93 68', light(awning, 0.2), 1.4);
    if (d.chance(0.7)) { d.rect(103, 52, 13, 28, 6, d.fall(d.pick(['#3f6f9c', '#6f7f8a', '#8e5a3a']))); d.circle(110, 46, 7, d.ball('#f0c49a')); d.path('M98 44L110 34L122 44Z', '#d9a860'); d.line('M118 60L126 116', '#a8683a', 3); } d.line('M10 108q8 -4 16 0M50 114q8 -4 16 0M90 112q8 -4 16 0', '#e6f6fc', 2);
  },
  'art-sedan-chair': (d) => {
    const red = d.near('#cf2a2e'), gold = d.near(GOLD); d.lean = 2; d.line('M0 84H128', WOOD, 5); d.rect(28, 40, 72, 74, 3, d.fall(red)); d.rect(28, 108, 72, 10, 2, gold); d.path('M20 44C40 34 52 26 56 12H72C76 26 88 34 108 44Z', d.fall(red, 0.3), `stroke="${gold}" stroke-width="2"`); d.circle(64, 9, 6.5, d.ball(gold)); d.path('M18 42H110V52Q106 58 101 52Q96 58 91 52Q86 58 81 52Q76 58 71 52Q66 58 61 52Q56 58 51 52Q46 58 41 52Q36 58 31 52Q26 58 18 52Z', gold); d.mirrored(() => { d.line('M20 52V74', gold, 1.6); d.path('M16 74H24L25 86H15Z', d.fall('#e8506a')); });
    d.path('M44 60H84V108H44Z', dark(red, 0.35)); d.mirrored(() => d.path('M44 60H64C62 80 54 92 46 108H44Z', d.fall(light(red, 0.12)))); d.circle(64, 74, 0.1, gold); if (d.chance(0.6)) { d.spun(8, 64, 78, () => d.path(petal(64, 76, 13, 9), gold)); d.circle(64, 78, 4, '#e8506a'); } d.mirrored(() => d.ring(36, 84, 4, gold, 1.8));
  },
  'art-moon-gate': (d) => {
    const wall = d.near(d.pick(['#f6f4ee', '#f0e6d2', '#e6dfd6']), 4), tile = d.near(d.pick(['#4a525c', '#3f8f6a', '#5a5560'])); d.lean = 1; const hole = 'M26 74a38 38 0 1 0 76 0a38 38 0 1 0 -76 0Z'; d.rect(6, 24, 116, 96, 1, d.fall(wall, 0.08)); d.clipped(hole, () => { d.rect(0, 0, 128, 128, 0, d.fall('#bfe3ec')); d.circle(46, 90, 22, '#8fbf7a'); d.path('M20 100Q64 84 110 100V120H20Z', '#7fae5a'); d.path('M56 120Q60 104 64 98Q70 104 78 120Z', '#e0d2b0'); const kind = d.int(0, 1); if (kind) { for (const x of [78, 86, 94]) { d.line(`M${x} 110L${x + 2} 36`, '#4f8f4a', 4); for (const [y, a] of [[52, -60], [64, 50], [76, -80]]) d.path(petal(x + 1, y, 18, 6, 1), '#5fae4d', `transform="rotate(${a} ${x + 1} ${y})"`); } } else { d.line('M92 110Q78 84 62 66Q56 56 44 54M76 84Q84 66 96 60', '#5a4034', 4); for (let i = 0; i < 16; i++) { const [x, y] = at(68, 62, d.between(4, 30), i * 61); d.circle(x, y, 4.6, i % 3 ? '#f4a6bb' : '#ee7fa5'); } } d.path('M34 108Q40 92 50 96Q58 88 60 108Z', '#9aa0a6'); }); d.ring(64, 74, 38, dark(tile, 0.05), 4.5); roof(d, 64, 8, 26, 64, tile, 0.84, light(tile, 0.3));
  },
  'art-stone-lion': (d) => {
    const stone = d.near(d.pick(['#b8b4ac', '#a8aeb4', '#c9bfa8', '#8f959c'])), deep = dark(stone, 0.32); d.lean = 1; d.rect(22, 106, 84, 16, 2, d.fall(stone)); d.line('M28 114H100', deep, 1.6); d.path(smooth([[46, 66], [84, 62], [98, 84], [98, 106], [40, 106], [38, 84]]), d.ball(stone)); d.path(smooth([[96, 102], [112, 92], [108, 72], [116, 62], [104, 58], [98, 72], [100, 88]]), d.ball(stone)); for (const x of [44, 64]) { d.rect(x - 8, 76, 15, 30, 6, d.across(stone)); d.ellipse(x - 2, 104, 11, 6, d.ball(stone)); d.line(`M${x - 6} 103v5M${x} 103v5`, deep, 1.4); } d.circle(36, 100, 9, d.ball(light(stone, 0.15))); d.line('M29 96q7 6 14 0M36 91v18', deep, 1.2); d.ellipse(90, 102, 14, 7, d.ball(stone));
    for (let i = 0; i < 12; i++) { const [x, y] = at(58, 44, 32, i * 30); d.circle(x, y, 10.5, d.ball(dark(stone, 0.08))); d.line(`M${x - 4} ${y}a4 4 0 1 1 4 4`, deep, 1.6); } d.circle(58, 44, 29, d.ball(stone)); d.moved(-6, 0, 1, () => { for (const m of [-1, 1]) { d.circle(64 + m * 11, 38, 6.6, light(stone, 0.5)); d.circle(64 + m * 11, 39, 3, '#3a3438'); d.line(`M${64 + m * 4} 31q${m * 8} -7 ${m * 15} 1`, deep, 3); } d.path('M56 48Q64 42 72 48Q72 55 64 55Q56 55 56 48Z', deep); d.path('M48 58Q64 52 80 58Q78 70 64 70Q50 70 48 58Z', '#5a4a4c'); d.path('M50 58l4 6l4 -7l6 0l6 0l4 7l4 -6Q64 53 50 58Z', '#f4f1ea'); });
  },
  'art-oriental-pearl-tower': (d) => {
    const steel = d.near('#c9d3de'), pink = d.near(d.pick(['#d94a78', '#c83a5a', '#b5508f', '#e0607a'])); d.lean = 1; d.line('M64 -2V24', steel, 3); d.line('M46 122L62 84M82 122L66 84', dark(steel, 0.2), 5); for (const x of [56, 64, 72]) d.rect(x - 2.6, 40, 5.2, 84, 1, d.across(steel)); d.circle(64, 28, 8, d.ball(pink)); d.circle(64, 52, 15, d.ball(pink)); d.line('M49 52H79', light(pink, 0.5), 2.4); for (const y of [70, 75]) d.circle(64, y, 3.4, d.ball(pink)); d.circle(64, 94, 19, d.ball(pink)); d.line('M45 92Q64 96 83 92M46 99Q64 103 82 99', light(pink, 0.5), 2.2); d.path('M28 124Q64 112 100 124Z', dark(steel, 0.15)); d.shine(56, 46, 4, 3); d.shine(56, 85, 6, 4);
  },
};
