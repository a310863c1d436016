import DefaultTheme from "vitepress/theme-without-fonts";
import { h } from "vue";
import { Pictures } from "./pictures";
import "./style.css";

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { "home-hero-image": () => h(Pictures) }),
};
