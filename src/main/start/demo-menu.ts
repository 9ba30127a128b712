/** A small invented menu for trying things out. Prices are in the minor unit of the shop's currency. */

export interface DemoDish {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly priceMinor: number;
  /** The section of the menu. */
  readonly category: string;
  /** Left out: the default. */
  readonly taxCategory?: string;
  /** What can be chosen with it. Left out: nothing. */
  readonly groups?: readonly DemoGroupName[];
}

export interface DemoGroup {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly modifiers: readonly DemoModifier[];
}

interface DemoModifier {
  readonly code: string;
  readonly name: string;
  readonly priceMinor: number;
  readonly quantityMax?: number;
  /** The dish whose stock it reserves. */
  readonly sku?: string;
}

/** Cold food is taxed when it is eaten in, and not when it is taken away. */
export const COLD_FOOD = 'cold-food';

export const demoGroups = {
  heat: {
    name: 'Heat',
    min: 1,
    max: 1,
    modifiers: [
      { code: 'MILD', name: 'Mild', priceMinor: 0 },
      { code: 'MEDIUM', name: 'Medium', priceMinor: 0 },
      { code: 'HOT', name: 'Hot', priceMinor: 0 },
    ],
  },
  extras: {
    name: 'Extras',
    min: 0,
    max: 3,
    modifiers: [
      { code: 'TARTARE', name: 'Tartare sauce', priceMinor: 50, quantityMax: 2 },
      { code: 'EXTRA-PEAS', name: 'Extra peas', priceMinor: 150 },
      {
        code: 'WITH-BREAD',
        name: 'Soda bread',
        priceMinor: 200,
        quantityMax: 2,
        sku: 'SODA-BREAD',
      },
    ],
  },
} as const satisfies Readonly<Record<string, DemoGroup>>;

export type DemoGroupName = keyof typeof demoGroups;

/** In the order of the menu. */
export const demoMenu: readonly DemoDish[] = [
  {
    sku: 'HARBOUR-CHOWDER',
    name: 'Harbour Chowder',
    description: 'Smoked haddock, leek and potato.',
    priceMinor: 695,
    category: 'Starters',
    groups: ['extras'],
  },
  {
    sku: 'TOMATO-SOUP',
    name: 'Roast Tomato Soup',
    description: 'With basil oil and a roll.',
    priceMinor: 550,
    category: 'Starters',
    groups: ['extras'],
  },
  {
    sku: 'MUSSELS',
    name: 'Steamed Mussels',
    description: 'In cider and shallots, with bread.',
    priceMinor: 1150,
    category: 'Starters',
  },
  {
    sku: 'FISH-AND-CHIPS',
    name: 'Fish and Chips',
    description: 'Battered hake, thick chips, peas.',
    priceMinor: 1295,
    category: 'Mains',
    groups: ['extras'],
  },
  {
    sku: 'CRAB-SANDWICH',
    name: 'Crab Sandwich',
    description: 'White crab, lemon mayonnaise, rye.',
    priceMinor: 1075,
    category: 'Mains',
    taxCategory: COLD_FOOD,
  },
  {
    sku: 'FISH-CURRY',
    name: 'Coconut Fish Curry',
    description: 'Pollock, lime leaf, rice.',
    priceMinor: 1345,
    category: 'Mains',
    groups: ['heat', 'extras'],
  },
  {
    sku: 'MUSHROOM-PIE',
    name: 'Mushroom Pie',
    description: 'Chestnut mushrooms, thyme, puff pastry.',
    priceMinor: 1125,
    category: 'Mains',
  },
  {
    sku: 'BEAN-STEW',
    name: 'Butter Bean Stew',
    description: 'Kale, lemon, olive oil.',
    priceMinor: 925,
    category: 'Mains',
    groups: ['extras'],
  },
  {
    sku: 'LAMB-SHANK',
    name: 'Braised Lamb Shank',
    description: 'Slow-cooked, with mash.',
    priceMinor: 1695,
    category: 'Mains',
  },
  {
    sku: 'GREEN-SALAD',
    name: 'Green Salad',
    description: 'Leaves, cucumber, mustard dressing.',
    priceMinor: 425,
    category: 'Sides',
    taxCategory: COLD_FOOD,
  },
  {
    sku: 'THICK-CHIPS',
    name: 'Thick Chips',
    description: 'With sea salt.',
    priceMinor: 375,
    category: 'Sides',
  },
  {
    sku: 'SODA-BREAD',
    name: 'Soda Bread',
    description: 'Two slices with butter.',
    priceMinor: 250,
    category: 'Sides',
    taxCategory: COLD_FOOD,
  },
  {
    sku: 'APPLE-CRUMBLE',
    name: 'Apple Crumble',
    description: 'With custard.',
    priceMinor: 575,
    category: 'Desserts',
  },
  {
    sku: 'LEMON-TART',
    name: 'Lemon Tart',
    description: 'With cream.',
    priceMinor: 595,
    category: 'Desserts',
    taxCategory: COLD_FOOD,
  },
  {
    sku: 'GINGER-BEER',
    name: 'Ginger Beer',
    description: 'Cloudy, 330 ml.',
    priceMinor: 325,
    category: 'Drinks',
  },
];
