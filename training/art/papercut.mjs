// Paper-cuts: one colour of paper, and holes.
import { at, dark, petal, polygon, smooth } from './draw.mjs';
import { doubleHappiness, write } from './writing.mjs';

const HOLE = '#000';
const paper = (d) => { d.style('papercut'); d.lean = 3; return d.paint('red', 'red', 'red', 'red', 'red', 'black', 'yellow', 'blue', 'green', 'purple'); };
const moon = (x, y, r) => `M${x - r} ${y}Q${x} ${y - r * 1.5} ${x + r} ${y}Q${x} ${y - r * 0.5} ${x - r} ${y}Z`;

export const papercut = {
  'art-window-flower': (d) => {
    const red = paper(d), count = d.pick([6, 8, 8, 10, 12]), rim = d.pick(['scallop', 'point', 'ring', 'petal']), heart = d.pick(['flower', 'star', 'fu', 'double', 'flower']);
    const turn = 360 / count; if (heart === 'fu' || heart === 'double') d.upright();
    const rows = [d.int(0, 2), d.int(0, 2), d.int(0, 2)];
    d.cut(() => {
      if (rim === 'ring') { d.circle(64, 64, 59, red); } if (rim === 'scallop') { d.circle(64, 64, 52, red); d.spun(count * 2, 64, 64, () => d.circle(64, 12, 8, red)); }
      if (rim === 'point') { d.circle(64, 64, 50, red); d.spun(count * 2, 64, 64, () => d.path(petal(64, 18, 16, 16, 0.8), red)); } if (rim === 'petal') { d.circle(64, 64, 40, red); d.spun(count, 64, 64, () => d.path(petal(64, 44, 42, Math.min(62, 460 / count), 0.2), red)); }
    }, () => {
      if (rim === 'ring') { d.spun(count * 3, 64, 64, () => d.path(petal(64, 13, 7, 4.5), HOLE)); d.ring(64, 64, 48, HOLE, 1.6, `stroke-dasharray="${(Math.PI * 96) / count - 7} 7"`); }
      if (rim === 'scallop') d.spun(count * 2, 64, 64, () => d.circle(64, 12, 3.6, HOLE));
      if (rim === 'point') d.spun(count * 2, 64, 64, () => d.path(petal(64, 16, 9, 5, 0.6), HOLE));
      if (rim === 'petal') d.spun(count, 64, 64, () => { d.path(petal(64, 24, 15, Math.min(14, 120 / count), 0.3), HOLE); });
      d.spun(count, 64, 64, () => { if (rows[0] === 0) d.path(petal(64, 38, 15, 130 / count, 0.5), HOLE); if (rows[0] === 1) { d.path(moon(64, 32, 84 / count), HOLE); d.circle(64, 36, 2.4, HOLE); } if (rows[0] === 2) { d.path(petal(60, 38, 15, 46 / count), HOLE); d.path(petal(68, 38, 15, 46 / count), HOLE); } });
      d.spun(count, 64, 64, () => { if (rows[1] === 0) { d.path(petal(64, 44, 13, 76 / count, 0.6), HOLE); } if (rows[1] === 1) d.circle(64, 37, 2.8, HOLE); if (rows[1] === 2) d.path(moon(64, 42, 56 / count), HOLE); }, turn / 2);
      if (heart === 'flower') { d.spun(count, 64, 64, () => d.path(petal(64, 58, 15, 62 / count), HOLE)); d.circle(64, 64, 3.4, HOLE); }
      if (heart === 'star') { d.circle(64, 64, 17, HOLE); }
      if (heart === 'fu' || heart === 'double') d.circle(64, 64, 23, HOLE);
    });
    if (heart === 'star') { d.path(polygon(Array.from({ length: 2 * count }, (_, i) => at(64, 64, i % 2 ? 8 : 18, (i * 180) / count))), red); }
    if (heart === 'fu') { write(d, '福', 46, 46, 36, red, 12); d.line('M64 40V46M40 60h5M88 64h-6', red, 3); } if (heart === 'double') { doubleHappiness(d, 44, 44, 40, red, 8); d.line('M64 40v10M41 58h6M87 58h-6', red, 3); }
  },
  'art-double-happiness': (d) => {
    d.upright(); const red = paper(d); d.known.colour = 'red'; const tone = d.near('#d3262b'), gold = '#eab53c', kind = d.int(0, 3);
    if (kind === 0) return doubleHappiness(d, 8, 10, 112, tone, 9.5);
    if (kind === 1) { d.cut(() => { d.circle(64, 64, 52, tone); d.spun(16, 64, 64, () => d.circle(64, 12, 9, tone)); }, () => { d.spun(16, 64, 64, () => d.circle(64, 13, 4, HOLE)); d.circle(64, 64, 42, HOLE); }); doubleHappiness(d, 30, 30, 68, tone, 10); d.line('M64 20V34M20 62H30M108 62H98M64 98V108', tone, 4); return; }
    if (kind === 2) { d.path('M64 118C20 88 4 62 10 38C18 12 52 12 64 36C76 12 110 12 118 38C124 62 108 88 64 118Z', tone); d.path('M64 111C24 84 10 60 16 40C23 19 53 21 64 46C75 21 105 19 112 40C118 60 104 84 64 111Z', 'none', `stroke="${gold}" stroke-width="2"`); return doubleHappiness(d, 36, 38, 56, gold, 9.5); }
    d.path('M64 2L126 64L64 126L2 64Z', tone); d.path('M64 11L117 64L64 117L11 64Z', 'none', `stroke="${gold}" stroke-width="2.2"`); doubleHappiness(d, 34, 36, 60, gold, 9.5);
  },
  '1f41f': (d) => {
    const red = paper(d); d.lean = 14;
    d.cut(() => {
      d.path(smooth([[6, 62], [24, 42], [54, 30], [80, 40], [96, 58], [96, 68], [80, 86], [54, 94], [24, 82]]), red); d.path('M88 62C100 54 106 38 122 32C120 48 116 56 112 63C116 72 122 80 124 98C108 90 100 74 88 62Z', red); d.path('M44 34C52 14 74 14 82 20C78 28 80 36 76 42Z', red); d.path('M46 92C52 108 68 112 76 106C70 100 72 92 70 86Z', red); d.path('M10 58Q0 52 2 44', 'none', `stroke="${red}" stroke-width="3"`);
    }, () => {
      d.circle(22, 56, 5.6, HOLE); d.line('M36 42Q44 62 36 82', HOLE, 3); d.line('M8 66Q14 68 18 66', HOLE, 2.4);
      for (let r = 0; r < 4; r++) for (let i = -1 - (r % 2 ? 0.5 : 0); i <= 1.5; i++) d.path(moon(50 + r * 11, 64 + i * 14, 5.5), HOLE, `transform="rotate(-90 ${50 + r * 11} ${64 + i * 14})"`);
      for (const [a, b] of [[116, 42], [112, 52], [112, 74], [117, 86]]) d.line(`M100 63L${a} ${b}`, HOLE, 2); for (const x of [54, 62, 70]) { d.line(`M${x} 34L${x + 4} 22`, HOLE, 2); d.line(`M${x - 2} 94L${x + 2} 104`, HOLE, 2); }
    });
    d.circle(22, 56, 2.6, red);
  },
  '1f98b': (d) => {
    const red = paper(d), spots = d.int(0, 1); d.lean = 16;
    d.cut(() => {
      d.mirrored(() => { d.path('M62 62C56 30 30 8 8 18C0 34 12 60 36 66C46 68 56 66 62 62Z', red); d.path('M62 64C48 62 24 70 22 88C22 104 36 114 46 106C56 98 60 82 62 64Z', red); d.line('M62 44C58 28 50 18 44 16', red, 2.6); d.circle(43, 15, 3, red); });
      d.ellipse(64, 70, 5, 28, red); d.circle(64, 42, 6.5, red);
    }, () => d.mirrored(() => {
      if (spots) { d.circle(24, 32, 7, HOLE); d.circle(40, 46, 5.5, HOLE); d.circle(24, 49, 3.6, HOLE); d.circle(42, 30, 3, HOLE); } else { d.path(petal(54, 58, 34, 11), HOLE, 'transform="rotate(-52 54 58)"'); d.path(petal(56, 56, 28, 8), HOLE, 'transform="rotate(-28 56 56)"'); d.path(petal(50, 62, 26, 8), HOLE, 'transform="rotate(-76 50 62)"'); }
      d.path(petal(56, 72, 26, 10), HOLE, 'transform="rotate(-130 56 72)"'); d.circle(34, 96, 4.5, HOLE); d.circle(46, 98, 3, HOLE); d.line('M61 58h-1M60 72h-1M61 84h-1', HOLE, 2);
    }));
  },
};
