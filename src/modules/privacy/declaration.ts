import type { ModuleDeclaration } from '../module.ts';

export const privacyDeclaration = {
  name: 'privacy',
  access: {
    getPersonalData: { roles: ['customer', 'kitchen', 'admin'], stepUp: true },
  },
  tags: [
    {
      name: 'Privacy',
      description: 'What the shop keeps of a person: giving it out, and erasing it.',
      place: 75,
    },
  ],
} as const satisfies ModuleDeclaration;
