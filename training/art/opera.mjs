// Faces of the Peking opera. The colour tells the character: red loyal, black upright, white crafty, blue fierce, green
// headstrong, yellow cruel, purple steady; gold and silver are gods.
import { at, dark, GOLD, light, mix, petal, polygon, RED, smooth } from './draw.mjs';

const FACE = 'M64 6C96 6 112 30 112 58C112 92 90 122 64 122C38 122 16 92 16 58C16 30 32 6 64 6Z';

export const opera = {
  'art-opera-mask': (d) => {
    const base = d.paint('red', 'black', 'white', 'blue', 'green', 'yellow', 'purple'), name = d.known.colour;
    const pale = name === 'white' ? '#2b2830' : '#fbf6ea', ink = name === 'black' ? '#fbf6ea' : '#231f26', second = d.pick({ red: ['#231f26', '#f6c53a'], black: ['#d9292f', '#8f8f99'], white: ['#d9292f', '#9a9aa6'], blue: ['#f6c53a', '#d9292f'], green: ['#f6c53a', '#d9292f'], yellow: ['#d9292f', '#2f6fc6'], purple: ['#f6c53a', '#f08bad'] }[name]);
    d.lean = 3; d.flips = false;
    if (d.chance(0.4)) d.mirrored(() => { d.path('M18 50C8 44 8 66 18 74Z', d.ball(base)); });
    d.path(FACE, d.ball(base));
    d.clipped(FACE, () => {
      const brow = d.int(0, 2), eye = d.int(0, 2), cheek = d.int(0, 3), crown = d.int(0, 4), mouth = d.int(0, 2);
      if (crown === 0) d.path('M64 0C56 20 56 34 64 48C72 34 72 20 64 0Z', second);
      if (crown === 1) { d.path('M46 0Q64 40 82 0Z', second); d.path('M56 0Q64 26 72 0Z', pale); }
      if (crown === 2) { d.circle(64, 22, 9, second); d.path('M64 16A6 6 0 1 0 64 28A4 4 0 1 1 64 16Z', pale); }
      if (crown === 3) { d.path('M64 4C50 20 58 26 56 40H72C70 26 78 20 64 4Z', pale); d.path('M64 12C58 22 62 28 61 38H67C66 28 70 22 64 12Z', second); }
      if (crown === 4) { d.path('M16 0Q64 54 112 0Z', pale); d.path('M60 6h8v28h-8Z', second); d.mirrored(() => d.path('M52 10Q46 20 54 28', 'none', `stroke="${second}" stroke-width="3"`)); }
      d.mirrored(() => {
        const white = name === 'white' ? '#f3d9cf' : '#fbf6ea';
        if (eye < 2) d.path('M58 70C58 52 46 44 28 46C18 48 14 56 14 62C22 80 46 84 58 70Z', white);
        if (brow === 0) { d.path('M56 50C52 32 34 22 16 26C30 32 38 42 40 50C46 46 52 46 56 50Z', ink); d.path('M50 42C46 34 38 30 28 29C36 33 42 40 44 44Z', second); }
        if (brow === 1) { d.path('M57 50C48 40 32 38 18 44C16 34 26 26 40 30C50 32 56 40 57 50Z', ink); d.circle(38, 36, 3.2, second); }
        if (brow === 2) { d.path('M57 48C52 38 44 36 36 38C28 40 22 32 26 22C14 28 14 44 30 48C40 50 48 46 57 48Z', ink); d.path('M53 44C46 38 40 40 34 42C28 42 24 38 24 32', 'none', `stroke="${second}" stroke-width="2"`); }
        d.path('M57 67C50 54 34 52 22 60C30 74 48 76 57 67Z', ink); d.path('M53 66C46 58 36 57 29 61C36 69 46 70 53 66Z', '#ffffff'); d.circle(42, 63.4, 4.4, '#1a161c'); d.circle(40.6, 62, 1.4, '#fff');
        if (eye === 1) d.path('M22 62C14 66 12 76 18 84C20 76 24 70 30 70Z', ink); if (eye === 2) d.path('M56 72C44 82 26 80 18 70L20 76C28 88 48 88 56 78Z', white);
        if (cheek === 0) { d.line('M26 84C22 96 34 104 40 94C42 88 34 84 32 91', pale, 3); } if (cheek === 1) { d.path('M18 78C30 84 40 92 42 108C30 104 20 92 18 78Z', second); d.path('M22 84C30 88 35 94 37 102C30 98 25 92 22 84Z', pale); }
        if (cheek === 2) { d.path('M50 82C38 84 28 96 34 112C40 100 48 96 56 96Z', pale); d.path('M47 87C40 90 35 97 36 105C40 98 46 93 52 92Z', second); } if (cheek === 3) { d.ellipse(32, 90, 9, 7, '#f27c88', 'opacity="0.75"'); }
        d.path('M63 62C60 72 56 80 50 84C52 92 60 92 64 90Z', mix(base, pale, 0.25)); d.path('M50 84C52 93 60 92 64 90L64 86C60 88 55 87 55 82Z', ink); 
      });
      d.line('M64 46V78', second, 3.4);
      if (mouth === 0) d.path('M44 100Q54 96 64 100Q74 96 84 100Q74 112 64 111Q54 112 44 100Z', name === 'red' ? '#231f26' : '#c8202c'); if (mouth === 1) { d.path('M40 98Q64 94 88 98Q82 114 64 114Q46 114 40 98Z', ink); d.path('M48 101Q64 98 80 101Q76 109 64 109Q52 109 48 101Z', '#c8202c'); } if (mouth === 2) d.path('M52 104Q64 98 76 104Q70 111 64 111Q58 111 52 104Z', '#c8202c');
    });
    if (d.chance(0.35)) { const beard = d.pick(['#231f26', '#e8e6e0', '#8a3a2a']); for (let x = 36; x <= 92; x += 7) d.line(`M${x} ${108 - Math.abs(x - 64) * 0.15}Q${x + (x - 64) * 0.1} 118 ${64 + (x - 64) * 0.7} 126`, beard, 4); }
  },
  'art-monkey-king': (d) => {
    d.lean = 3; d.flips = false;
    const fur = d.near(d.pick(['#d98a2c', '#b5642a', '#e8a63c'])), skin = d.near('#fbd9b4'), red = '#d9292f', cap = d.chance(0.5);
    d.mirrored(() => { d.circle(14, 68, 11, d.ball(fur)); d.circle(15, 68, 6, '#f6b9a0'); });
    const tufts = Array.from({ length: 36 }, (_, i) => at(64, 66, i % 2 ? 50 : 56, i * 10).map((v, k) => (k ? 66 + (v - 66) * 1.0 : v)));
    d.path(smooth(tufts), d.ball(fur));
    d.path('M64 46C54 26 22 30 20 58C18 74 30 84 34 92C38 108 52 116 64 116C76 116 90 108 94 92C98 84 110 74 108 58C106 30 74 26 64 46Z', d.ball(red));
    d.path('M64 54C56 36 30 40 29 60C28 72 38 80 41 90C44 104 54 110 64 110C74 110 84 104 87 90C90 80 100 72 99 60C98 40 72 36 64 54Z', d.ball(skin));
    d.mirrored(() => { d.path('M59 66C52 54 38 54 32 62C40 74 52 74 59 66Z', '#2a1c1a'); d.ellipse(45, 64, 8.5, 6, '#ffd23c'); d.circle(46, 64, 4, '#1a1216'); d.circle(44.6, 62.6, 1.4, '#fff'); d.path('M58 56C50 44 38 44 30 50C40 48 50 52 56 60Z', '#2a1c1a'); d.ellipse(40, 86, 6, 5, '#f27c6c', 'opacity="0.6"'); });
    d.path('M64 60C58 70 58 78 56 82Q64 90 72 82C70 78 70 70 64 60Z', '#f6c39a'); d.mirrored(() => d.ellipse(60, 83, 2, 1.5, '#7a3a2a'));
    d.path('M48 95Q64 102 80 95Q76 107 64 107Q52 107 48 95Z', '#b5202c'); d.line('M48 95Q64 102 80 95', '#5a1a1c', 1.6);
    d.path('M14 50Q64 18 114 50L112 40Q64 8 16 40Z', d.fall(GOLD, 0.3)); d.mirrored(() => d.line('M64 22C62 14 52 14 52 20C52 24 57 24 57 21', GOLD, 3.4)); d.circle(64, 28, 5, d.ball(red));
    if (cap) d.mirrored(() => { d.line('M40 24C30 4 12 2 4 14', '#c8642c', 4); for (let i = 0; i < 5; i++) d.line(`M${34 - i * 5.5} ${14 - i * 1.6 + (i > 3 ? 3 : 0)}l-3 -5`, '#7a3a1c', 2); });
  },
};
