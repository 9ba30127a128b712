import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { describeError, findErrorHelp } from '../../shared/api.ts';
import { Refusal } from './refusal.tsx';

interface PageBoundaryProps {
  readonly children: ReactNode;
}

/**
 * Keeps the frame when a page fails or its code cannot be loaded (the server is unavailable, or was upgraded since this
 * tab was opened). Use the path as its key, so that another page is tried.
 */
export class PageBoundary extends Component<PageBoundaryProps, { readonly error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const again = <Button onClick={() => location.reload()}>Reload</Button>;
    return (
      <Refusal title={describeError(error)} action={again}>
        {findErrorHelp(error)}
      </Refusal>
    );
  }
}
