import { pipeline } from "@glacier-ts/core";
import * as tasks from "./tasks.js";

/** From orders and customers to one report. A module as `tasks` stands for every task that it exports. */
export const sales = pipeline({ name: "sales", tasks });
