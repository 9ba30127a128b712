import type { ModuleDeclaration } from '../module.ts';

export const privacyDeclaration = {
  name: 'privacy',
  access: {
    getPersonalData: { roles: ['customer', 'kitchen', 'admin'], stepUp: true },
    erasePerson: { roles: ['admin'], stepUp: true },
    requestErasure: { roles: ['customer', 'kitchen', 'admin'], stepUp: true },
    withdrawErasure: { roles: ['customer', 'kitchen', 'admin'] },
    listEraseRequests: { roles: ['admin'] },
  },
  tags: [
    {
      name: 'Privacy',
      description: 'What the shop keeps of a person: giving it out, and erasing it.',
      place: 75,
    },
  ],
} as const satisfies ModuleDeclaration;
