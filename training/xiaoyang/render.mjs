// Renders the vector sources to raw premultiplied RGBA, 128 px and 512 px.
//
//   node render.mjs MODULES_FOLDER OUT_FOLDER [flat|gradient|peeps|toon|art ...]
//
// Writes, for each set, SET-128.rgba, SET-512.rgba and SET.json (one entry a picture, in file order).
// Anything already complete is left alone, so a broken run is resumed by the same command.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { pictures as art } from '../art/art.mjs';

const [modules, out, ...wanted] = process.argv.slice(2);
const require = createRequire(pathToFileURL(path.resolve(modules, '..') + '/'));
const { Resvg } = require('@resvg/resvg-js');

const LARGE = 512, SMALL = 128, RATIO = LARGE / SMALL;

// Monk Skin Tone scale, tones 1 to 10 (Monk 2019, skintone.google).
const MONK = ['f6ede4', 'f3e7db', 'f7ead0', 'eadaba', 'd7bd96', 'a07e56', '825c43', '604134', '3a312a', '292420'];

/** A fixed pseudo-random stream (mulberry32), so that every run draws the same people. */
function stream(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Area average of a LARGE x LARGE premultiplied picture to SMALL x SMALL. */
function shrink(large) {
  const small = Buffer.alloc(SMALL * SMALL * 4);
  for (let y = 0; y < SMALL; y++)
    for (let x = 0; x < SMALL; x++)
      for (let c = 0; c < 4; c++) {
        let sum = 0;
        for (let dy = 0; dy < RATIO; dy++)
          for (let dx = 0; dx < RATIO; dx++)
            sum += large[((y * RATIO + dy) * LARGE + x * RATIO + dx) * 4 + c];
        small[(y * SMALL + x) * 4 + c] = Math.round(sum / (RATIO * RATIO));
      }
  return small;
}

function rasterise(svg) {
  const image = new Resvg(svg, { fitTo: { mode: 'width', value: LARGE }, font: { loadSystemFonts: false } }).render();
  return image.width === LARGE && image.height === LARGE ? image.pixels : null;
}

/** Lets the event loop turn: only then are the renderer's finished pictures freed. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Renders `pictures`, an iterable of { meta, svg }, as the set `name`. */
async function write(name, pictures, keepLarge) {
  const index = path.join(out, name + '.json');
  if (fs.existsSync(index)) return console.log(`${name}: already there`);
  const small = fs.openSync(path.join(out, name + '-128.rgba'), 'w');
  const large = fs.openSync(path.join(out, name + '-512.rgba'), 'w');
  const entries = [];
  for (const { meta, svg } of pictures) {
    const pixels = rasterise(svg);
    if (!pixels) continue;
    fs.writeSync(small, shrink(pixels));
    if (entries.length < keepLarge) fs.writeSync(large, pixels);
    entries.push(meta);
    // The renderer's pixels lie outside of the heap that garbage collection looks at: unasked, it lets them grow to gigabytes.
    if (entries.length % 100 === 0) globalThis.gc?.();
    if (entries.length % 20 === 0) await turn();
    if (entries.length % 200 === 0) console.log(`${name}: ${entries.length}`);
  }
  fs.writeFileSync(index, JSON.stringify(entries));
  console.log(`${name}: ${entries.length} pictures`);
}

/** Pictures of an icon collection, one for each code point sequence without skin tone, flag or keycap. */
function* icons(collection, names) {
  const icons = JSON.parse(fs.readFileSync(path.join(modules, '@iconify-json', collection, 'icons.json')));
  const side = icons.width ?? 16;
  for (const [points, name] of Object.entries(names)) {
    const toned = points.includes('-') && /1f3f[b-f]/.test(points);
    if (toned || /1f1e6|20e3|^1f1[ef]/.test(points) || !icons.icons[name]) continue;
    const icon = icons.icons[name];
    const width = icon.width ?? side, height = icon.height ?? side;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${icon.left ?? 0} ${icon.top ?? 0} ${width} ${height}">${icon.body}</svg>`;
    yield { meta: { id: points.replaceAll('-fe0f', ''), name }, svg };
  }
}

const readNames = (collection) =>
  JSON.parse(fs.readFileSync(path.join(modules, '@iconify-json', collection, 'chars.json')));

const pick = (random, list) => list[Math.floor(random() * list.length)];

const PEEPS = {
  face: ['awe', 'calm', 'cheeky', 'cute', 'driven', 'eatingHappy', 'explaining', 'eyesClosed', 'lovingGrin1',
    'lovingGrin2', 'old', 'serious', 'smile', 'smileBig', 'smileLOL', 'solemn', 'suspicious', 'tired'],
  clothes: { red: 'e05a4f', orange: 'f5a04a', yellow: 'fdd95a', green: '62c370', blue: '5b8def', purple: '9b6dd6',
    pink: 'f08bb4', white: 'f4f4f0', black: '3a3a3c', teal: '5cc6c2' },
  hair: { black: '2c1b18', brown: '724133', blond: 'd6b370', red: 'c93305', gray: 'c8c4c0' },
};

/** People of the Open Peeps style (CC0): every Monk tone equally often. */
function* peeps(collection, createAvatar, count) {
  const random = stream(20261123);
  const heads = collection.openPeeps.schema.properties.head.items.enum.filter((head) => head !== 'bear');
  const beards = collection.openPeeps.schema.properties.facialHair.items.enum;
  for (let i = 0; i < count; i++) {
    const skin = i % 10;
    const head = heads[Math.floor(i / 10) % heads.length];
    const feminine = /bun|hijab|^long|medium|bangs|Knots|twists2|grayBun|grayMedium/i.test(head);
    const bearded = !feminine && random() < 0.4;
    const worn = random();
    const accessory = worn < 0.22 ? pick(random, ['glasses', 'glasses2', 'glasses3', 'glasses4', 'glasses5'])
      : worn < 0.30 ? pick(random, ['sunglasses', 'sunglasses2']) : null;
    const masked = random() < 0.04;
    const meta = { skin: skin + 1, head, face: pick(random, PEEPS.face), accessory, masked,
      beard: bearded ? pick(random, beards) : null,
      clothes: pick(random, Object.keys(PEEPS.clothes)), hair: pick(random, Object.keys(PEEPS.hair)) };
    const avatar = createAvatar(collection.openPeeps, {
      seed: String(i), skinColor: [MONK[skin]], head: [head], face: [meta.face],
      clothingColor: [PEEPS.clothes[meta.clothes]], headContrastColor: [PEEPS.hair[meta.hair]],
      accessoriesProbability: accessory ? 100 : 0, ...(accessory && { accessories: [accessory] }),
      facialHairProbability: bearded ? 100 : 0, ...(bearded && { facialHair: [meta.beard] }),
      maskProbability: masked ? 100 : 0, ...(masked && { mask: ['medicalMask'] }),
    });
    yield { meta, svg: avatar.toString() };
  }
}

const TOON = {
  hair: { black: '2c1b18', brown: '724133', blond: 'd6b370', red: 'b5452a', gray: 'b8b4b0', pink: 'e58fb1', blue: '4a78c4' },
  clothes: { red: 'b11f1f', orange: 'f97316', yellow: 'eab308', green: '147f3c', blue: '1f5bc4', purple: '731ac3',
    pink: 'ec4899', white: 'e8e9e6', black: '252427', gray: '6a6a6a' },
};

/** People of the Toon Head style (CC BY 4.0): every Monk tone equally often. */
function* toons(collection, createAvatar, count) {
  const random = stream(19491001);
  const part = (name) => collection.toonHead.schema.properties[name].items.enum;
  for (let i = 0; i < count; i++) {
    const skin = i % 10;
    const long = random() < 0.5;
    const bearded = !long && random() < 0.4;
    const bald = !long && random() < 0.1;
    const meta = { skin: skin + 1, hair: bald ? null : pick(random, part('hair')), rear: long ? pick(random, part('rearHair')) : null,
      beard: bearded ? pick(random, part('beard')) : null, mouth: pick(random, part('mouth')), eyes: pick(random, part('eyes')),
      eyebrows: pick(random, ['raised', 'happy', 'neutral', 'neutral', 'angry', 'sad']),
      wear: pick(random, part('clothes')), clothes: pick(random, Object.keys(TOON.clothes)),
      colour: pick(random, Object.keys(TOON.hair)) };
    const avatar = createAvatar(collection.toonHead, {
      seed: String(i), skinColor: [MONK[skin]], hairColor: [TOON.hair[meta.colour]], clothesColor: [TOON.clothes[meta.clothes]],
      hairProbability: bald ? 0 : 100, ...(!bald && { hair: [meta.hair] }),
      rearHairProbability: long ? 100 : 0, ...(long && { rearHair: [meta.rear] }),
      beardProbability: bearded ? 100 : 0, ...(bearded && { beard: [meta.beard] }),
      mouth: [meta.mouth], eyes: [meta.eyes], eyebrows: [meta.eyebrows], clothes: [meta.wear],
    });
    yield { meta, svg: avatar.toString() };
  }
}

fs.mkdirSync(out, { recursive: true });
const sets = wanted.length ? wanted : ['flat', 'gradient', 'peeps', 'toon', 'art'];
const fluent = readNames('fluent-emoji-flat');
const { createAvatar } = await import(require.resolve('@dicebear/core'));
const collection = await import(require.resolve('@dicebear/collection'));
const all = {
  flat: () => write('flat', icons('fluent-emoji-flat', fluent), 2000),
  gradient: () => write('gradient', icons('fluent-emoji', fluent), 0),
  peeps: () => write('peeps', peeps(collection, createAvatar, 2820), 300),
  toon: () => write('toon', toons(collection, createAvatar, 2500), 300),
  art: () => write('art', art(36), 500),
};
for (const set of sets) await all[set]();
