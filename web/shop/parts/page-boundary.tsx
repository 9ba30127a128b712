import { Component, type ReactNode } from 'react';
import { Problem } from './problem.tsx';

interface PageBoundaryProps {
  readonly children: ReactNode;
}

/** Shows the error of a failed page below the header. Use the path as its key, so that another page is tried. */
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
