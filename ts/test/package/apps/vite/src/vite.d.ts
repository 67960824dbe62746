// What `vite/client` declares, for an app that does not have Vite's types.
declare module '*?url' {
  const url: string;
  export default url;
}
