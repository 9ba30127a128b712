import type { PersonalDataPart } from '../../personal-data.ts';
import { collect } from './collect.ts';
import { erase } from './erase.ts';

export const notificationsPersonalData: PersonalDataPart = {
  name: 'notifications',
  collect,
  erase,
};
