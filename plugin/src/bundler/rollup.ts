import { createRollupPlugin } from "unplugin";
import { glacier } from "../bundler.js";

export default createRollupPlugin(glacier);
