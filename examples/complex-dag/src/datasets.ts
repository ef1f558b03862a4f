import { type Dataset, dataset } from "@glacier-ts/core";
import { file } from "@glacier-ts/core/storage";

export interface Order {
  id: number;
  /** The customer's id. */
  customer: number;
  /** The day, as in 2026-01-31. */
  placed: string;
  cents: number;
  status: string;
}

export interface Customer {
  id: number;
  name: string;
  /** Two letters. */
  country: string;
}

/** An order together with its customer's name and country. */
export interface Purchase {
  order: number;
  month: string;
  cents: number;
  customer: string;
  country: string;
}

export interface Revenue {
  /** What the money is counted by: a country, a month or a customer. */
  group: string;
  orders: number;
  cents: number;
}

/** Orders as the shop exports them. No task produces them, so they are read from their storage. */
export const RawOrders = dataset("raw_orders", { storage: file({ path: "data/orders.csv" }) }).of<Order[]>();
export type RawOrders = Dataset.Of<typeof RawOrders>;

/** Customers as sales people typed them. */
export const RawCustomers = dataset("raw_customers", {
  storage: file({ path: "data/customers.json" }),
}).of<Customer[]>();
export type RawCustomers = Dataset.Of<typeof RawCustomers>;

/** Orders that were paid. */
export type Orders = Dataset<"orders", Order[]>;

/** Customers with tidy names and countries. */
export type Customers = Dataset<"customers", Customer[]>;

export type Purchases = Dataset<"purchases", Purchase[]>;

/** Paid orders of customers that nobody knows. */
export type OrphanOrders = Dataset<"orphan_orders", Order[]>;

export type RevenueByCountry = Dataset<"revenue_by_country", Revenue[]>;
export type RevenueByMonth = Dataset<"revenue_by_month", Revenue[]>;
export type RevenueByCustomer = Dataset<"revenue_by_customer", Revenue[]>;

/** Purchases that are large enough for a person to look at. */
export type Alerts = Dataset<"alerts", Purchase[]>;

/** One line of text for each alert. */
export type Tickets = Dataset<"tickets", string[]>;

/** What the shop's owner reads. */
export const Report = dataset("report", { storage: file({ path: "out/report.json" }) }).of<{
  orders: number;
  cents: number;
  orphanOrders: number;
  bestCountry: string | null;
  bestMonth: string | null;
  bestCustomer: string | null;
  alerts: number;
}>();
export type Report = Dataset.Of<typeof Report>;
