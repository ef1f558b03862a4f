import { createWebpackPlugin } from "unplugin";
import { glacier } from "../bundler.js";

export default createWebpackPlugin(glacier);
