import { compute, task } from "@glacier-ts/core";
import type {
  Alerts,
  Customers,
  Orders,
  OrphanOrders,
  Purchase,
  Purchases,
  RawCustomers,
  RawOrders,
  Report,
  Revenue,
  RevenueByCountry,
  RevenueByCustomer,
  RevenueByMonth,
  Tickets,
} from "./datasets.js";

/** A purchase from this size on is an alert. */
const alertCents = 1_000_000;

/** Keeps the orders that were paid. */
export function cleanOrders(orders: RawOrders): Orders {
  return orders.filter((order) => order.status === "paid");
}

/** Trims names and writes countries in capitals. */
export function cleanCustomers(customers: RawCustomers): Customers {
  return customers.map((customer) => ({
    ...customer,
    name: customer.name.trim(),
    country: customer.country.toUpperCase(),
  }));
}

/** Gives each order its customer. A tuple makes two datasets: the orders with a customer, and those without. */
export const joinCustomers = task(
  { compute: compute.container({ image: "sales:1", cpu: 2, memory: 2048 }), retries: 2 },
  (orders: Orders, customers: Customers): [Purchases, OrphanOrders] => {
    const customerById = new Map(customers.map((customer) => [customer.id, customer]));
    const purchases: Purchases = [];
    const orphans: OrphanOrders = [];
    for (const order of orders) {
      const customer = customerById.get(order.customer);
      if (!customer) {
        orphans.push(order);
        continue;
      }
      purchases.push({
        order: order.id,
        month: order.placed.slice(0, 7),
        cents: order.cents,
        customer: customer.name,
        country: customer.country,
      });
    }
    return [purchases, orphans];
  },
);

export function revenueByCountry(purchases: Purchases): RevenueByCountry {
  return revenueBy(purchases, (purchase) => purchase.country);
}

export function revenueByMonth(purchases: Purchases): RevenueByMonth {
  return revenueBy(purchases, (purchase) => purchase.month);
}

export const revenueByCustomer = task(
  { compute: compute.local({ workers: 1 }) },
  (purchases: Purchases): RevenueByCustomer => revenueBy(purchases, (purchase) => purchase.customer),
);

/** Finds the purchases that a person should look at; null, so nothing, when there are none. */
export function findAlerts(purchases: Purchases): Alerts | null {
  const alerts = purchases.filter((purchase) => purchase.cents >= alertCents);
  return alerts.length > 0 ? alerts : null;
}

/** Needs alerts, so it is skipped when there are none. */
export const openTickets = task(
  { retries: 5, tags: ["alerting"] },
  (alerts: Alerts): Tickets =>
    alerts.map((purchase) => `Order ${purchase.order} of ${purchase.customer}: ${purchase.cents} cents`),
);

/** Brings everything together. It accepts null for the alerts, so it runs with and without them. */
export function writeReport(
  countries: RevenueByCountry,
  months: RevenueByMonth,
  customers: RevenueByCustomer,
  orphans: OrphanOrders,
  alerts: Alerts | null,
): Report {
  return {
    orders: months.reduce((sum, month) => sum + month.orders, 0),
    cents: months.reduce((sum, month) => sum + month.cents, 0),
    orphanOrders: orphans.length,
    bestCountry: countries[0]?.group ?? null,
    bestMonth: months[0]?.group ?? null,
    bestCustomer: customers[0]?.group ?? null,
    alerts: alerts?.length ?? 0,
  };
}

/** Sums purchases by group: the largest revenue first, equal ones by name. */
function revenueBy(purchases: readonly Purchase[], groupOf: (purchase: Purchase) => string): Revenue[] {
  const revenues = new Map<string, Revenue>();
  for (const purchase of purchases) {
    const group = groupOf(purchase);
    const revenue = revenues.get(group) ?? { group, orders: 0, cents: 0 };
    revenue.orders += 1;
    revenue.cents += purchase.cents;
    revenues.set(group, revenue);
  }
  return [...revenues.values()].sort((a, b) => b.cents - a.cents || (a.group < b.group ? -1 : 1));
}
