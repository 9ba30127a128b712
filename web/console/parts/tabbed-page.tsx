import { Tabs } from '@mantine/core';
import type { ComponentType } from 'react';
import { Link, useLocation } from 'wouter';
import { PageTitle } from './page-title.tsx';
import { Refusal } from './refusal.tsx';

interface PageTab {
  /** Its part of the address. */
  readonly value: string;
  readonly label: string;
  readonly content: ComponentType;
}

interface TabbedPageProps {
  readonly title: string;
  /** The address of the page, such as `/work`. Each tab has its own below it. */
  readonly path: string;
  readonly tabs: readonly [PageTab, ...PageTab[]];
  /** The part of the address after the page's. If left out, the first tab is shown. */
  readonly tab: string | undefined;
}

/** Shows a page in tabs with addresses of their own. */
export function TabbedPage({ title, path, tabs, tab = tabs[0].value }: TabbedPageProps) {
  const [, navigate] = useLocation();
  const [first] = tabs;
  if (!tabs.some(({ value }) => value === tab)) {
    return (
      <Refusal title="Page not found.">
        {title} has no section “{tab}”.{' '}
        <Link href={`${path}/${first.value}`}>See the {first.label.toLowerCase()}</Link>
      </Refusal>
    );
  }
  return (
    <>
      <PageTitle mb="md">{title}</PageTitle>
      <Tabs
        value={tab}
        onChange={(value) => value !== null && navigate(`${path}/${value}`)}
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
