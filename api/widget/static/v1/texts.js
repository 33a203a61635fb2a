/** The sentences of the conversation. Plain spaces and quotes here: `typeset` applies French typography. */

const fix = (text) => text.replace(/ (?=[:;!?»])|(?<=«) /g, "\u00a0").replace(/'/g, "’");

/** French spaces and apostrophes in every sentence of a table, those made by functions included. */
export const typeset = (value) =>
  typeof value === "string"
    ? fix(value)
    : value.call
      ? (fact) => fix(value(fact))
      : value.map?.(typeset) || Object.fromEntries(Object.entries(value).map(([key, each]) => [key, typeset(each)]));

export const T = typeset({
  title: "Assistant d'orientation",
  subtitle: "Assistant automatique – un conseiller humain est disponible à tout moment",
  launcher: "Poser une question",
  unread: "nouveau message",
  human: "Parler à un conseiller",
  menu: "Menu",
  close: "Fermer",
  resize: "Agrandir ou réduire",
  export: "Télécharger mes échanges",
  erase: "Effacer ma conversation",
  links: {
    "comment-ca-marche": "Comment ça marche",
    accessibilite: "Accessibilité",
    confidentialite: "Confidentialité",
  },
  newWindow: " – nouvelle fenêtre",

  log: "Échanges avec l'assistant",
  label: "Votre message",
  hint: "Entrée envoie, Maj + Entrée va à la ligne.",
  send: "Envoyer",
  you: "Vous",
  assistant: "Assistant",
  advisor: "Conseiller",
  info: "Information",

  opening: "Ouverture de la conversation…",
  thinking: "L'assistant prépare sa réponse…",
  empty: "Écrivez d'abord votre message.",
  count: (count) => count.toLocaleString("fr-FR") + " / 4 000 caractères",
  tooLong: (count) => `Message trop long de ${count} caractères : raccourcissez-le.`,
  queued: "En attente d'envoi",
  retry: "Réessayer",
  offline: "La connexion est coupée. Votre message est gardé sur cet appareil et partira dès son retour.",
  unavailable: "Le service ne répond pas. Votre message est gardé sur cet appareil et partira dès son retour.",
  tooMany: (count) => `Beaucoup de messages à la suite. Votre message est gardé sur cet appareil et partira dans ${count} s.`,
  lost: "Votre conversation précédente n'est plus disponible. En voici une nouvelle.",
  rejected: "Votre message n'est pas parti. Le voici dans le champ de saisie.",
  failed: "Cette action n'a pas abouti. Réessayez dans un instant.",
  cancel: "Annuler",
  button: "Réponse par un bouton",

  types: {
    experience: "Expérience",
    acteur: "Acteur",
    outil: "Outil",
    actualite: "Actualité",
    cadre_legal: "Cadre légal",
    programme: "Programme",
    demarche: "Démarche",
  },
  why: "Pourquoi cette ressource : ",
  source: "Source : ",
  seenOn: "consultée le ",
  read: "Lire la source",
  useful: "Cette réponse vous est-elle utile ?",
  yes: "Utile",
  no: "Pas utile",
  thanks: "Merci, votre avis est enregistré.",

  orientation: "Orientation proposée",
  statuses: { rempli: "Rempli", inconnu: "À confirmer", non_rempli: "Non rempli" },
  others: "Pourquoi pas les autres",
  next: "Prochaine étape : ",
  indicative: "Proposition indicative : elle n'engage ni vous, ni l'administration.",
  routes: {
    ressources: "Ressources en libre accès",
    projet_partage: "Projet partagé entre collectivités",
    territoires_engagement: "Parcours Territoires d'engagement",
    ateliers: "Ateliers interactifs",
    partenaire: "Un partenaire public",
    conseiller: "Un conseiller de la cellule",
    hors_champ: "Hors du champ de la cellule",
    aucune: "Pas encore d'orientation",
  },

  ticket: "Demande transmise à un conseiller",
  reference: "Référence",
  state: "État",
  states: {
    nouveau: "Reçue",
    en_cours: "Prise en charge",
    en_attente_elu: "En attente de votre réponse",
    resolu: "Traitée",
    clos: "Close",
  },
  expected: "Réponse prévue au plus tard le",
  news: "Votre demande a changé d'état : ",
});
