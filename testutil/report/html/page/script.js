'use strict';
(() => {
  // Whoever follows a link must see where it leads: what is closed around it opens.
  const reveal = (id) => {
    const to = id && document.getElementById(id);
    for (let e = to; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true;
    return to;
  };
  const follow = () => { const to = reveal(decodeURIComponent(location.hash.slice(1))); if (to) to.scrollIntoView(); };
  addEventListener('hashchange', follow);
  if (location.hash) follow();

  // A mark of a time line shows its record beneath the picture.
  const seq = (mark) => Number(mark.getAttribute('href').replace(/^.*r/, ''));
  const show = (mark) => {
    const figure = mark.closest('figure');
    const from = document.getElementById(mark.getAttribute('href').slice(1));
    if (!from) return;
    let shown = figure.querySelector('.shown');
    if (!shown) {
      shown = document.createElement('div');
      shown.className = 'shown';
      shown.setAttribute('aria-live', 'polite');
      figure.append(shown);
    }
    const parts = [...from.querySelectorAll('code, pre')].map((part) => part.cloneNode(true));
    shown.replaceChildren(...parts);
    figure.querySelector('.chosen')?.classList.remove('chosen');
    mark.classList.add('chosen');
  };
  document.addEventListener('click', (event) => {
    const mark = event.target.closest('.line a');
    if (!mark) return;
    event.preventDefault();
    mark.focus({ preventScroll: true });
    show(mark);
  });
  document.addEventListener('keydown', (event) => {
    const mark = document.activeElement?.closest?.('.line a');
    if (!mark || !['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
    event.preventDefault();
    const marks = [...mark.closest('svg').querySelectorAll('a')].sort((a, b) => seq(a) - seq(b));
    const at = marks.indexOf(mark);
    const next = { ArrowLeft: marks[at - 1], ArrowRight: marks[at + 1], Home: marks[0], End: marks.at(-1) }[event.key];
    if (!next) return;
    next.focus();
    show(next);
  });

  // The proof of a finding is in sight when it opens.
  document.addEventListener('toggle', (event) => {
    if (!event.target.matches?.('details.finding, details.story') || !event.target.open) return;
    for (const proof of event.target.querySelectorAll('.line')) {
      const ring = proof.querySelector('.proof');
      const box = proof.closest('.scroll');
      const at = ring?.cx.baseVal.value;
      if (box.scrollLeft === 0 && at > box.clientWidth - 20) box.scrollLeft = at - box.clientWidth / 2;
    }
  }, true);

  if (navigator.clipboard) {
    for (const command of document.querySelectorAll('pre.command')) {
      const text = command.textContent;
      const button = document.createElement('button');
      button.className = 'copy';
      button.textContent = 'copy';
      button.setAttribute('aria-label', 'copy the command');
      button.onclick = () => navigator.clipboard.writeText(text).then(() => { button.textContent = 'copied'; });
      command.append(button);
    }
  }

  document.querySelector('details.finding')?.setAttribute('open', '');
  addEventListener('beforeprint', () => { for (const finding of document.querySelectorAll('details.finding')) finding.open = true; });
})();
