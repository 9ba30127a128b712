import { TabbedPage } from '../parts/tabbed-page.tsx';
import { DeadLetters } from '../work/dead-letters.tsx';
import { Endpoints } from '../work/endpoints.tsx';
import { Mail } from '../work/mail.tsx';
import { Queues } from '../work/queues.tsx';

const tabs = [
  { value: 'queues', label: 'Queues', content: Queues },
  { value: 'dead-letters', label: 'Dead letters', content: DeadLetters },
  { value: 'mail', label: 'Mail', content: Mail },
  { value: 'webhooks', label: 'Webhooks', content: Endpoints },
] as const;

/** Shows the work in the background, and what failed. */
export default function WorkPage({ tab }: { tab?: string | undefined }) {
  return <TabbedPage title="Work" path="/work" tabs={tabs} tab={tab} />;
}
