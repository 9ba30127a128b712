import { Title, type TitleProps } from '@mantine/core';
import { useTitle } from '../../shared/title.ts';

interface PageTitleProps extends Omit<TitleProps, 'children'> {
  readonly children: string;
}

/** Shows the heading of a page, which is also the title of its tab. */
export function PageTitle({ children, ...title }: PageTitleProps) {
  useTitle(`${children} · Holdfast`);
  return (
    <Title order={1} size="h2" {...title}>
      <bdi>{children}</bdi>
    </Title>
  );
}
