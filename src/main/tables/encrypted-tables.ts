import type { EncryptedTable } from '../../database/encryption/encrypted-table.ts';
import type { ModuleDeclaration } from '../../modules/module.ts';
import { encryptedPersonalKeys } from '../../personal/index.ts';
import { modules } from '../modules/modules.ts';

const declarations: readonly ModuleDeclaration[] = modules.declarations;

/** All tables with secrets that are stored encrypted. */
export const encryptedTables: readonly EncryptedTable[] = [
  encryptedPersonalKeys,
  ...declarations.flatMap((declaration) => declaration.encryptedTables ?? []),
];
