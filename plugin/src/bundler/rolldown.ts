import { createRolldownPlugin } from "unplugin";
import { glacier } from "../bundler.js";

export default createRolldownPlugin(glacier);
