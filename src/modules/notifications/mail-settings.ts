import type { Database } from '../../database/database.ts';
import { addSettings } from './queries.ts';
import { currentWording } from './wordings.ts';

/** What the texts of all mails of a server have in common. Recorded once, not with each mail. */
export interface MailSettings {
  readonly wording: number;
  readonly shopName: string;
  readonly publicUrl: string;
  /** The `Message-ID` of a mail is its id at this domain. */
  readonly messageIdDomain: string;
}

export interface RecordedSettings {
  readonly settings: MailSettings;
  /** Returns the id of the row, which is written at the first call. */
  getId(): Promise<number>;
  /** Forgets the id after a failure, in case the database was restored to a state without the row. */
  forgetId(): void;
}

export function createRecordedSettings(
  database: Database,
  given: Omit<MailSettings, 'wording'>,
): RecordedSettings {
  const { shopName, publicUrl, messageIdDomain } = given;
  const settings = { wording: currentWording, shopName, publicUrl, messageIdDomain };
  let id: Promise<number> | null = null;

  async function add(): Promise<number> {
    const [row] = await addSettings(database, currentWording, shopName, publicUrl, messageIdDomain);
    return row!.id;
  }

  return {
    settings,
    getId: () => (id ??= add()),
    forgetId() {
      id = null;
    },
  };
}
