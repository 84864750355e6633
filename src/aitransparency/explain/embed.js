// Optional. <aitransparency-card> for pages that build cards in script:
//   const card = document.createElement("aitransparency-card");
//   card.show(fragment, "/card.css");
// A fragment comes from your own server, as aitransparency made it. Scripts in it never run: it is
// parsed as an inert document, and only the article is taken over.
class AitransparencyCard extends HTMLElement {
  show(fragment, stylesheet) {
    const made = new DOMParser().parseFromString(fragment, "text/html");
    const article = made.querySelector("article");
    if (!article) throw new TypeError("no card in this fragment");
    for (const strange of article.querySelectorAll("script, iframe, object, embed, link, style")) {
      strange.remove();
    }
    for (const element of [article, ...article.querySelectorAll("*")]) {
      for (const { name } of [...element.attributes]) {
        if (name.startsWith("on") || name === "style") element.removeAttribute(name);
      }
    }
    const root = this.shadowRoot || this.attachShadow({ mode: "open" });
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = stylesheet;
    root.replaceChildren(link, document.adoptNode(article));
  }
}
customElements.define("aitransparency-card", AitransparencyCard);
