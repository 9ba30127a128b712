import { testDatabase } from '../../../support/database.ts';
import { createTestOrders } from '../../../support/orders.ts';

/** Creates the orders module of two servers that share only the database of the test file. */
export async function ordersOnTwoServers() {
  const { database, owner } = await testDatabase();
  return {
    database,
    owner,
    orders: createTestOrders(database),
    otherServer: createTestOrders(database),
    async countOrders(customerId: string): Promise<number> {
      const [row] = await database.run<{ count: number }>(
        'test.count_orders',
        'select count(*)::int as count from orders where customer_id = $1::uuid',
        [customerId],
      );
      return row!.count;
    },
  };
}
