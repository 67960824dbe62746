import type { Draft } from './notes';

/** Notes to try the search with. */
export const SAMPLES: readonly Draft[] = [
  {
    title: 'Sourdough',
    body: 'Feed the starter the evening before. 500 g flour, 350 g water, 10 g salt. Let the dough rest overnight in the fridge, then bake very hot with steam.',
    tags: ['recipe', 'kitchen'],
  },
  {
    title: 'Lentil soup',
    body: 'Fry onions, carrots and cumin. Add red lentils and stock, cook for twenty minutes. Lemon juice at the end.',
    tags: ['recipe', 'kitchen'],
  },
  {
    title: 'Lisbon in spring',
    body: 'Night train from Madrid, four days. Tram 28, the tile museum, custard tarts in Belém. Find a small hotel near the river.',
    tags: ['travel', 'plans'],
  },
  {
    title: 'Ask the doctor',
    body: 'The knee still hurts when I walk downstairs. Ask about physiotherapy, and when running is allowed again.',
    tags: ['health'],
  },
  {
    title: 'The river in October',
    body: 'Grey herons on the weir again, nine of them. The beech leaves are turning, and the water is low after the dry summer.',
    tags: ['nature', 'diary'],
  },
  {
    title: 'Bicycle',
    body: 'The rear tyre loses air every night. Patch the tube, oil the chain, and replace the brake pads before winter.',
    tags: ['home', 'to do'],
  },
  {
    title: 'Rent and savings',
    body: 'The rent goes up in January. Move a tenth of each salary to the savings account, and cancel the gym.',
    tags: ['money', 'plans'],
  },
  {
    title: 'A present for Mara',
    body: 'She turns seven in May. A microscope, or the book about volcanoes. She asks what stars are made of.',
    tags: ['family', 'to do'],
  },
  {
    title: 'Why the meeting went well',
    body: 'Nobody presented slides. We read the proposal in silence for ten minutes and only then talked, so the quiet colleagues spoke too.',
    tags: ['work'],
  },
  {
    title: 'Release checklist',
    body: 'Run the tests on all three browsers, write the changelog, tag the version, and tell support what has changed.',
    tags: ['work', 'to do'],
  },
  {
    title: 'Piano',
    body: 'Slow scales with the metronome at 60. Left hand alone for the second page of the nocturne. Twenty minutes a day are enough.',
    tags: ['music'],
  },
  {
    title: 'Cannot sleep',
    body: 'No screens after ten, cooler bedroom, and coffee only in the morning. When awake at three: get up, read a dull book.',
    tags: ['health', 'diary'],
  },
];
