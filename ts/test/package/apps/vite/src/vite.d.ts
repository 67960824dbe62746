// Declares the modules of `vite/client`, for apps without Vite's types.
declare module '*?url' {
  const url: string;
  export default url;
}
