/** A small invented menu for trying things out. Prices are in the minor unit of the shop's currency. */
export const demoMenu: readonly {
  readonly sku: string;
  readonly name: string;
  readonly description: string;
  readonly priceMinor: number;
}[] = [
  {
    sku: 'HARBOUR-CHOWDER',
    name: 'Harbour Chowder',
    description: 'Smoked haddock, leek and potato.',
    priceMinor: 695,
  },
  {
    sku: 'TOMATO-SOUP',
    name: 'Roast Tomato Soup',
    description: 'With basil oil and a roll.',
    priceMinor: 550,
  },
  {
    sku: 'MUSSELS',
    name: 'Steamed Mussels',
    description: 'In cider and shallots, with bread.',
    priceMinor: 1150,
  },
  {
    sku: 'FISH-AND-CHIPS',
    name: 'Fish and Chips',
    description: 'Battered hake, thick chips, peas.',
    priceMinor: 1295,
  },
  {
    sku: 'CRAB-SANDWICH',
    name: 'Crab Sandwich',
    description: 'White crab, lemon mayonnaise, rye.',
    priceMinor: 1075,
  },
  {
    sku: 'FISH-CURRY',
    name: 'Coconut Fish Curry',
    description: 'Pollock, lime leaf, rice.',
    priceMinor: 1345,
  },
  {
    sku: 'MUSHROOM-PIE',
    name: 'Mushroom Pie',
    description: 'Chestnut mushrooms, thyme, puff pastry.',
    priceMinor: 1125,
  },
  {
    sku: 'BEAN-STEW',
    name: 'Butter Bean Stew',
    description: 'Kale, lemon, olive oil.',
    priceMinor: 925,
  },
  {
    sku: 'LAMB-SHANK',
    name: 'Braised Lamb Shank',
    description: 'Slow-cooked, with mash.',
    priceMinor: 1695,
  },
  {
    sku: 'GREEN-SALAD',
    name: 'Green Salad',
    description: 'Leaves, cucumber, mustard dressing.',
    priceMinor: 425,
  },
  { sku: 'THICK-CHIPS', name: 'Thick Chips', description: 'With sea salt.', priceMinor: 375 },
  {
    sku: 'SODA-BREAD',
    name: 'Soda Bread',
    description: 'Two slices with butter.',
    priceMinor: 250,
  },
  {
    sku: 'APPLE-CRUMBLE',
    name: 'Apple Crumble',
    description: 'With custard.',
    priceMinor: 575,
  },
  {
    sku: 'LEMON-TART',
    name: 'Lemon Tart',
    description: 'With cream.',
    priceMinor: 595,
  },
  {
    sku: 'GINGER-BEER',
    name: 'Ginger Beer',
    description: 'Cloudy, 330 ml.',
    priceMinor: 325,
  },
];
