import { describe, expect, it } from "vitest";
import type { Purchase } from "../../examples/complex-dag/src/datasets.js";
import * as tasks from "../../examples/complex-dag/src/tasks.js";

const order = { id: 1, customer: 1, placed: "2026-01-05", cents: 100, status: "paid" };
const purchase: Purchase = { order: 1, month: "2026-01", cents: 100, customer: "Ada", country: "NO" };

it("cleanOrders keeps what was paid", () => {
  const cancelled = { ...order, id: 2, status: "cancelled" };
  expect(tasks.cleanOrders([order, cancelled, { ...order, id: 3 }]).map(({ id }) => id)).toEqual([1, 3]);
});

it("cleanCustomers trims names and writes countries in capitals", () => {
  expect(tasks.cleanCustomers([{ id: 1, name: " Ada's ", country: "nO" }])).toEqual([
    { id: 1, name: "Ada's", country: "NO" },
  ]);
});

describe("joinCustomers", () => {
  it("parts orders by whether their customer is known", () => {
    const orphan = { ...order, id: 2, customer: 9 };
    expect(tasks.joinCustomers([order, orphan], [{ id: 1, name: "Ada", country: "NO" }])).toEqual([
      [purchase],
      [orphan],
    ]);
  });

  it("makes nothing of nothing", () => {
    expect(tasks.joinCustomers([], [])).toEqual([[], []]);
    expect(tasks.joinCustomers([order], [])).toEqual([[], [order]]);
  });
});

describe("revenue", () => {
  const purchases: Purchase[] = [
    purchase,
    { ...purchase, month: "2026-02", customer: "Bo", country: "ES", cents: 300 },
    { ...purchase, cents: 50 },
    { ...purchase, month: "2026-02", customer: "Cy", country: "ES", cents: 1 },
    { ...purchase, month: "2026-03", customer: "Al", cents: 150 },
  ];

  it("is summed by group, the largest first and equal ones by name", () => {
    expect(tasks.revenueByCountry(purchases)).toEqual([
      { group: "ES", orders: 2, cents: 301 },
      { group: "NO", orders: 3, cents: 300 },
    ]);
    expect(tasks.revenueByMonth(purchases)).toEqual([
      { group: "2026-02", orders: 2, cents: 301 },
      { group: "2026-01", orders: 2, cents: 150 },
      { group: "2026-03", orders: 1, cents: 150 },
    ]);
    expect(tasks.revenueByCustomer(purchases)).toEqual([
      { group: "Bo", orders: 1, cents: 300 },
      { group: "Ada", orders: 2, cents: 150 },
      { group: "Al", orders: 1, cents: 150 },
      { group: "Cy", orders: 1, cents: 1 },
    ]);
  });

  it("of no purchases has no groups", () => {
    expect(tasks.revenueByCountry([])).toEqual([]);
  });
});

describe("findAlerts", () => {
  it("finds purchases of 10,000 and more", () => {
    const large = { ...purchase, cents: 1_000_000 };
    expect(tasks.findAlerts([purchase, large, { ...purchase, cents: 999_999 }])).toEqual([large]);
  });

  it("produces nothing when there are none", () => {
    expect(tasks.findAlerts([purchase])).toBeNull();
    expect(tasks.findAlerts([])).toBeNull();
  });
});

it("openTickets writes a line for each alert", () => {
  expect(tasks.openTickets([{ ...purchase, cents: 1_500_000 }])).toEqual(["Order 1 of Ada: 1500000 cents"]);
});

describe("writeReport", () => {
  const months = [
    { group: "2026-02", orders: 2, cents: 301 },
    { group: "2026-01", orders: 3, cents: 300 },
  ];

  it("takes the first of each ranking and the sum of the months", () => {
    const countries = [{ group: "ES", orders: 5, cents: 601 }];
    const customers = [{ group: "Bo", orders: 5, cents: 601 }];
    expect(tasks.writeReport(countries, months, customers, [order], [purchase, purchase])).toEqual({
      orders: 5,
      cents: 601,
      orphanOrders: 1,
      bestCountry: "ES",
      bestMonth: "2026-02",
      bestCustomer: "Bo",
      alerts: 2,
    });
  });

  it("does without alerts and without purchases", () => {
    expect(tasks.writeReport([], [], [], [], null)).toEqual({
      orders: 0,
      cents: 0,
      orphanOrders: 0,
      bestCountry: null,
      bestMonth: null,
      bestCustomer: null,
      alerts: 0,
    });
  });
});
