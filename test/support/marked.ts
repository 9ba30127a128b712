/** Someone whose texts are marked, so that one can look for everything that a shop knows of them. */
export interface Marked {
  readonly name: string;
  readonly marks: string[];
  /** Returns a text that is looked for. */
  mark(text: string): string;
}

export function createMarked(name: string): Marked {
  const marks: string[] = [];
  const mark = (text: string) => {
    const marked = `${name} ${text}`;
    marks.push(marked);
    return marked;
  };
  return { name, marks, mark };
}

let addresses = 0;
/** Returns a network address of theirs. */
export function addressOf({ marks }: Marked): string {
  addresses += 1;
  const address = `203.0.113.${addresses}`;
  marks.push(address);
  return address;
}

export function headersOf(person: Marked): Record<string, string> {
  return { 'x-forwarded-for': addressOf(person), 'user-agent': person.mark('Browser/1.0') };
}

export function orderOf({ mark }: Marked, sku: string, about: string): object {
  return {
    items: [{ sku, quantity: 1, note: mark(`${about}: no nuts`) }],
    note: mark(`${about}: ring twice`),
    fulfilment: {
      type: 'DELIVERY',
      contact: { name: mark(`${about} contact`), phone: '+442079460123' },
      address: {
        line1: mark(`${about} street`),
        line2: mark(`${about} floor`),
        city: mark(`${about} city`),
        region: mark(`${about} region`),
        postalCode: 'ZZ9 9ZA',
        country: 'GB',
      },
      instructions: mark(`${about} instructions`),
    },
  };
}

/** Returns an order all of whose texts, the phone number too, go through `mark`. */
export function markedOrder(mark: (text: string) => string, sku: string, about: string) {
  return {
    items: [{ sku, quantity: 1, note: mark(`${about}: no nuts`) }],
    note: mark(`${about}: ring twice`),
    fulfilment: {
      type: 'DELIVERY',
      contact: { name: mark(`${about} Beeblebrox`), phone: mark('+442079460123') },
      address: {
        line1: mark(`${about} Sector 42`),
        city: mark('Betelgeuse'),
        postalCode: mark('ZZ9 9ZA'),
        country: 'GB',
      },
      instructions: mark(`${about}: the second head`),
    },
  };
}
