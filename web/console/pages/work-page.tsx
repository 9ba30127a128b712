import { Tabs } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { PageTitle } from '../parts/page-title.tsx';
import { Refusal } from '../parts/refusal.tsx';
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
export default function WorkPage({ tab = 'queues' }: { tab?: string | undefined }) {
  const [, navigate] = useLocation();
  if (!tabs.some(({ value }) => value === tab)) {
    return (
      <Refusal title="Page not found.">
        Work has no section “{tab}”. <Link href="/work/queues">See the queues</Link>
      </Refusal>
    );
  }
  return (
    <>
      <PageTitle mb="md">Work</PageTitle>
      <Tabs
        value={tab}
        onChange={(value) => value !== null && navigate(`/work/${value}`)}
        keepMounted={false}
      >
        <Tabs.List mb="md" className="choices">
          {tabs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ value, content: Content }) => (
          <Tabs.Panel key={value} value={value}>
            <Content />
          </Tabs.Panel>
        ))}
      </Tabs>
    </>
  );
}
