import type { notices as english } from '../en/notices.ts';
import type { Translated } from '../keys.ts';

export const notices: Translated<typeof english> = {
  several: '{n} Hinweis | {n} Hinweise',
  dismiss: 'Ausblenden',
  onMachine: '{machine}: {says}',
  more: '{says} {n} weiterer Hinweis. | {says} {n} weitere Hinweise.',
  hooks: 'Fragen und Freigaben erscheinen sofort und mit dem, was gefragt wird, wenn {machine} Hooks hat.',
  finding: {
    claude_folder_missing:
      'Claude Code hat dort noch nichts hinterlassen. Liegen seine Dateien woanders, CLAUDE_CONFIG_DIR auch für den Agenten setzen.',
    claude_folder_unreadable:
      'Der Agent darf den Ordner von Claude Code nicht lesen. Als derselbe Benutzer starten, ohne sudo.',
    client_old:
      'Ein Claude Code dort ist zu alt, um zu sagen, worauf es wartet; manche Karten sind daher geraten. Bitte aktualisieren.',
    presence_unreadable:
      'Eine Datei eines laufenden Clients ist nicht lesbar. Der nächste Start von Claude Code räumt sie weg.',
    hooks_unreadable:
      'Die Einstellungen von Claude Code sind kein gültiges JSON, daher laufen keine Hooks. Kommentare sind darin nicht erlaubt.',
    hooks_disabled: 'Hooks sind eingerichtet, aber in den Einstellungen abgeschaltet.',
    hooks_partly: 'Nur ein Teil der Hooks ist eingerichtet. Bitte noch einmal einrichten.',
    hooks_silent:
      'Hooks schweigen, obwohl eine Session arbeitet. Sessions übernehmen sie mit dem nächsten Zug, in vertrauten Ordnern.',
    spool_open: 'Andere Konten des Rechners können lesen, was Hooks hinterlassen. Den Ordner privat machen.',
    token_open:
      'Andere Konten des Rechners können sein Token lesen. Die Datei privat machen und neu beitreten, falls es jemand tat.',
    backlog:
      'Vieles, was Sessions schrieben, ist noch nicht gelesen. Wird es nicht weniger, nimmt das Board nichts an.',
    queue: 'Viele Ereignisse warten auf das Senden. Prüfen, ob das Board von dort erreichbar ist.',
    lines_unreadable: 'Einige Zeilen waren nicht lesbar und wurden beiseitegelegt. Der Rest ging ohne sie weiter.',
    clock_off:
      'Seine Uhr geht mehr als 5 s falsch. Zeiten werden berichtigt; trotzdem das System die Zeit stellen lassen.',
    unknown: 'Sein Agent hat etwas gefunden, wofür diese Seite keine Worte hat.',
  },
};
