// Contact sheets of the drawn pictures, to be looked at: node sheet.mjs MODULES_FOLDER OUT.png [variants [id ...]]
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { concepts, drawing } from './art.mjs';

const [modules, out, variants = '4', ...wanted] = process.argv.slice(2);
const require = createRequire(pathToFileURL(path.resolve(modules, '..') + '/'));
const { Resvg } = require('@resvg/resvg-js');
const ids = Object.keys(concepts).filter((id) => !wanted.length || wanted.some((word) => id === word || concepts[id].group === word));
const cells = ids.flatMap((id) => Array.from({ length: Number(variants) }, (_, i) => drawing(id, i).svg()));
const columns = 12, side = 132;
const rows = Math.ceil(cells.length / columns);
const body = cells.map((svg, i) => `<image x="${(i % columns) * side + 2}" y="${Math.floor(i / columns) * side + 2}" width="128" height="128" href="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}"/>`);
const sheet = `<svg xmlns="http://www.w3.org/2000/svg" width="${columns * side}" height="${rows * side}"><rect width="100%" height="100%" fill="#e9ebee"/>${body.join('')}</svg>`;
fs.writeFileSync(out, new Resvg(sheet, { font: { loadSystemFonts: false } }).render().asPng());
console.log(ids.length, 'concepts:', ids.join(' '));
