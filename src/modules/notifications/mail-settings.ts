import type { Database } from '../../database/database.ts';
import { findShopSettings } from '../scheduling/index.ts';
import type { TextSettings } from './mail-content.ts';
import { addSettings } from './queries.ts';
import { currentWording } from './wordings.ts';

/** What all mails have in common until the shop changes it. Recorded once, not with each mail. */
export interface MailSettings extends TextSettings {
  readonly wording: number;
  /** The `Message-ID` of a mail is its id at this domain. */
  readonly messageIdDomain: string;
}

export interface RecordedSettings {
  /** Returns those of the mails that are written now. */
  read(): Promise<MailSettings>;
  /** Returns the id of their row, which is written at the first call. */
  getId(settings: MailSettings): Promise<number>;
  /** Forgets the ids after a failure, in case the database was restored to a state without the rows. */
  forgetIds(): void;
}

/** `shopName` applies while the shop has set no name. */
export function createRecordedSettings(
  database: Database,
  configured: Pick<MailSettings, 'shopName' | 'publicUrl' | 'messageIdDomain'>,
): RecordedSettings {
  const ids = new Map<string, Promise<number>>();

  async function add(settings: MailSettings): Promise<number> {
    const { wording, shopName, publicUrl, timeZone, messageIdDomain } = settings;
    const [row] = await addSettings(
      database,
      wording,
      shopName,
      publicUrl,
      timeZone,
      messageIdDomain,
    );
    return row!.id;
  }

  return {
    async read() {
      const { name, timeZone } = await findShopSettings(database);
      const shopName = name ?? configured.shopName;
      return { ...configured, wording: currentWording, shopName, timeZone };
    },
    getId(settings) {
      const key = JSON.stringify([settings.shopName, settings.timeZone]);
      const known = ids.get(key) ?? add(settings);
      ids.set(key, known);
      return known;
    },
    forgetIds: () => ids.clear(),
  };
}
