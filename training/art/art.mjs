// All drawn concepts, and their variants as pictures.
import { clothes } from './clothes.mjs';
import { Drawing, hash } from './draw.mjs';
import { festival } from './festival.mjs';
import { food } from './food.mjs';
import { inkwash } from './ink.mjs';
import { opera } from './opera.mjs';
import { papercut } from './papercut.mjs';
import { places } from './places.mjs';
import { plants } from './plants.mjs';
import { things } from './things.mjs';

const groups = { food, festival, clothes, opera, papercut, things, places, plants, inkwash };
export const concepts = Object.fromEntries(
  Object.entries(groups).flatMap(([group, draws]) => Object.entries(draws).map(([id, draw]) => [id, { group, draw }])));

/** Variant `variant` of a concept: the same drawing every time. */
export function drawing(id, variant) {
  const picture = new Drawing(hash(`${id}/${variant}`));
  concepts[id].draw(picture);
  return picture;
}

/** All pictures, every concept once before any twice; an entry's id is the concept's in the lexicon. */
export function* pictures(variants) {
  for (let variant = 0; variant < variants; variant++)
    for (const id of Object.keys(concepts)) {
      const picture = drawing(id, variant), svg = picture.svg();
      yield { meta: { id, drawing: id, variant, ...picture.known }, svg };
    }
}
