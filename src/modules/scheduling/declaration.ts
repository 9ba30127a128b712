import type { ModuleDeclaration } from '../module.ts';
import { fulfilmentErrors, schedulingConstraints, shopErrors } from './errors.ts';

export const schedulingDeclaration = {
  name: 'scheduling',
  errors: Object.fromEntries(
    [shopErrors, fulfilmentErrors]
      .flatMap((errors) => Object.values(errors))
      .map((error) => [error.code, error]),
  ),
  constraints: schedulingConstraints,
  access: {
    getShopSettings: 'anyone',
    // The use case limits what the kitchen may change.
    updateShopSettings: { roles: ['kitchen', 'admin'] },
    listSlots: 'anyone',
  },
  tags: [{ name: 'Shop', description: 'Opening hours, pauses and slots.', place: 15 }],
} as const satisfies ModuleDeclaration;
