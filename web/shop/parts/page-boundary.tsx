import { Component, type ReactNode } from 'react';
import { Problem } from './problem.tsx';

interface PageBoundaryProps {
  readonly children: ReactNode;
}

/** A page that has a fault says so below the header. Give it the path as key: another page is another try. */
export class PageBoundary extends Component<PageBoundaryProps, { readonly error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <Problem error={error} onRetry={() => location.reload()} />;
  }
}
