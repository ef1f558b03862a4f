import { createEsbuildPlugin } from "unplugin";
import { glacier } from "../bundler.js";

export default createEsbuildPlugin(glacier);
