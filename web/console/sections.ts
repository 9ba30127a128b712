import {
  IconActivityHeartbeat,
  IconBuildingStore,
  IconCashBanknote,
  IconChefHat,
  IconClipboardList,
  IconHistory,
  IconKey,
  IconPhoneIncoming,
  IconReceipt,
  IconSettingsCog,
  IconToolsKitchen2,
  IconUsers,
} from '@tabler/icons-react';
import type { Profile } from '../shared/session.ts';

const all = [
  { id: 'board', label: 'Board', path: '/board', icon: IconChefHat, admin: false },
  { id: 'orders', label: 'Orders', path: '/orders', icon: IconClipboardList, admin: false },
  { id: 'new-order', label: 'New order', path: '/new-order', icon: IconPhoneIncoming, admin: true },
  { id: 'payments', label: 'Payments', path: '/payments', icon: IconCashBanknote, admin: false },
  { id: 'products', label: 'Products', path: '/products', icon: IconToolsKitchen2, admin: true },
  { id: 'prices', label: 'Prices', path: '/prices', icon: IconReceipt, admin: true },
  { id: 'shop', label: 'Shop', path: '/shop', icon: IconBuildingStore, admin: true },
  { id: 'people', label: 'People', path: '/people', icon: IconUsers, admin: true },
  { id: 'audit', label: 'Audit', path: '/audit', icon: IconHistory, admin: true },
  { id: 'keys', label: 'API keys', path: '/keys', icon: IconKey, admin: true },
  { id: 'work', label: 'Work', path: '/work', icon: IconSettingsCog, admin: true },
  { id: 'health', label: 'Health', path: '/health', icon: IconActivityHeartbeat, admin: true },
] as const;

/** A part of the console. */
export type Section = (typeof all)[number];

/** Returns the sections that a role sees. The server refuses the others anyway. */
export function listSections(role: Profile['role']): readonly Section[] {
  return all.filter(({ admin }) => !admin || role === 'admin');
}
