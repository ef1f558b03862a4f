import { pipeline } from "@glacier-ts/core";
import { clean, extract, summarise } from "./tasks.js";

/** From the API's users to two numbers. The order of `tasks` does not matter: the signatures are the wiring. */
export const analytics = pipeline({ name: "analytics", tasks: [extract, clean, summarise] });
