import { List, Text } from '@mantine/core';
import type { Order } from '../../shared/api.ts';

interface BoardLinesProps {
  readonly lines: Order['items'];
  readonly shownMax: number;
}

/** Shows what the kitchen makes. What differs from the plain dish is as large as the dish itself. */
export function BoardLines({ lines, shownMax }: BoardLinesProps) {
  const more = lines.length - shownMax;
  return (
    <List listStyleType="none" spacing={6} mb="xs" className="board-lines">
      {lines.slice(0, shownMax).map(({ line, name, quantity, modifiers, note }) => (
        <List.Item key={line}>
          <Text inherit fw={700}>
            <span className="number">{quantity} ×</span> <bdi>{name}</bdi>
          </Text>
          {modifiers.length > 0 && (
            <ul className="board-modifiers">
              {modifiers.map((modifier) => (
                <li key={modifier.code}>
                  {modifier.quantity > 1 && `${modifier.quantity} × `}
                  <bdi>{modifier.name}</bdi>
                </li>
              ))}
            </ul>
          )}
          {note !== null && (
            <div className="board-note">
              <bdi>{note}</bdi>
            </div>
          )}
        </List.Item>
      ))}
      {more > 0 && <List.Item>and {more} more</List.Item>}
    </List>
  );
}
