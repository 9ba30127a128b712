import type { PersonalDataPart } from '../../personal-data.ts';
import { collect } from './collect.ts';
import { erase } from './erase.ts';

export const webhooksPersonalData: PersonalDataPart = { name: 'webhooks', collect, erase };
