import type { PersonalDataPart } from '../../../personal-data.ts';
import { collect } from './collect.ts';
import { erase } from './erase.ts';

export const jobsPersonalData: PersonalDataPart = { name: 'jobs', collect, erase };
