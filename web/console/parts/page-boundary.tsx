import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { Refusal } from './refusal.tsx';

interface PageBoundaryProps {
  readonly children: ReactNode;
}

/**
 * A page whose code does not come (the server is away, or was upgraded since this tab was opened) leaves the frame
 * standing. Give it the path as key: another page is another try.
 */
export class PageBoundary extends Component<PageBoundaryProps, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Refusal
        title="This page could not be loaded."
        action={<Button onClick={() => location.reload()}>Load it again</Button>}
      >
        The server cannot be reached, or it has been upgraded since you opened this tab.
      </Refusal>
    );
  }
}
