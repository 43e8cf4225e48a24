// A few Chinese characters as strokes of our own on a grid of 100 x 100, so that no font is needed.
const STROKES = {
  福: ['M20 6L30 15', 'M8 26H38L8 58', 'M24 42V96', 'M31 50L42 62', 'M47 12H94', 'M55 26H87V42H55Z', 'M50 54H92V94H50Z', 'M71 54V94', 'M50 74H92'],
  春: ['M20 12H80', 'M24 27H76', 'M8 42H92', 'M52 4L44 44L8 74', 'M57 42L93 72', 'M34 58H68V96H34Z', 'M34 77H68'],
  吉: ['M10 22H90', 'M50 3V42', 'M24 42H76', 'M26 58H74V94H26Z'],
  大: ['M10 34H90', 'M50 5V34Q44 70 10 95', 'M52 38Q66 76 93 95'],
  平: ['M18 13H82', 'M32 26L38 42', 'M68 26L62 42', 'M7 54H93', 'M50 13V97'],
  安: ['M50 2V14', 'M12 34V20H88V32', 'M44 30L28 66L74 95', 'M68 44Q58 76 16 96', 'M8 52H92'],
  喜: ['M12 13H88', 'M50 3V28', 'M22 28H78', 'M30 38H70V52H30Z', 'M36 57L40 64', 'M64 57L60 64', 'M7 68H93', 'M26 78H74V97H26Z'],
  寿: ['M18 12H82', 'M24 28H76', 'M7 44H93', 'M53 2Q46 64 8 94', 'M34 62H92', 'M72 50V94L58 88', 'M46 70L54 82'],
  中: ['M15 28H85V64H15Z', 'M50 3V98'],
  发: ['M28 8L22 36H86', 'M48 5Q44 70 8 95', 'M38 54H76Q60 84 24 97', 'M44 60Q62 86 92 96', 'M66 8L78 22'],
  万: ['M8 14H92', 'M42 42H78L72 92L58 86', 'M46 14Q44 66 10 94'],
  酒: ['M12 10L23 20', 'M6 36L17 45', 'M8 92L23 58', 'M33 12H95', 'M38 30H91V94H38Z', 'M56 12V42L44 58', 'M73 12V50H86', 'M38 76H91'],
  茶: ['M10 16H90', 'M34 4V27', 'M66 4V27', 'M50 24L8 56', 'M50 24L92 56', 'M22 62H78', 'M50 48V97', 'M32 72L18 88', 'M68 72L82 88'],
  車: ['M16 14H84', 'M26 28H74V66H26Z', 'M26 47H74', 'M7 81H93', 'M50 3V98'],
  兵: ['M72 6L30 16V62', 'M30 34H82', 'M58 34V62', 'M7 64H93', 'M34 73L16 95', 'M64 73L86 95'],
  炮: ['M14 30L18 44', 'M42 26L34 42', 'M28 8Q30 66 6 94', 'M30 58L44 76', 'M60 6Q56 22 46 34', 'M58 18H92V56L82 52', 'M54 34H76V54H54', 'M54 34V86H94V74'],
  士: ['M10 36H90', 'M50 5V90', 'M22 90H78'],
  王: ['M16 12H84', 'M20 50H80', 'M8 92H92', 'M50 12V92'],
  一: ['M10 50H90'], 二: ['M20 26H80', 'M8 76H92'], 三: ['M18 16H82', 'M22 50H78', 'M8 86H92'],
};

/** Writes one character into the square of side `size` at (x, y), with strokes `weight` percent of it wide. */
export function write(d, character, x, y, size, colour, weight = 11) {
  d.group(`transform="translate(${x} ${y}) scale(${size / 100})"`, () => {
    for (const stroke of STROKES[character]) d.line(stroke, colour, weight);
  });
}

/** A stroke made `share` as wide, the pen as broad as before. */
const narrowed = (stroke, share) => stroke.replace(/([MLQ ])(-?[\d.]+) (-?[\d.]+)/g, (_, c, x, y) => `${c}${x * share} ${y}`).replace(/H(-?[\d.]+)/g, (_, x) => `H${x * share}`);

/** 囍, two 喜 side by side, as wide as it is high; its strokes hang together. */
export function doubleHappiness(d, x, y, size, colour, weight = 9) {
  for (const side of [0, 1]) {
    d.group(`transform="translate(${x + side * size * 0.5} ${y}) scale(${size / 100})"`, () => {
      for (const stroke of STROKES.喜) d.line(narrowed(stroke, 0.52), colour, weight * 0.72);
    });
  }
}
