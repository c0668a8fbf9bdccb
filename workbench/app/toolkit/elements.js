// What the parts of the page are made of: an element, and mathematics that the server wrote as MathML. Words go in as text.
const made = (name, properties = {}, ...inside) => {
  const element = Object.assign(document.createElement(name), properties)
  element.append(...inside)
  return element
}

const mathematics = text => {
  const read = new DOMParser().parseFromString(text, "application/xml")
  return read.documentElement.localName == "math" ? document.importNode(read.documentElement, true) : ""
}

