export default function ContactPage() {
  return <a href={`mailto:${process.env.SUPPORT_EMAIL}`}>Write to us</a>;
//                          ^^^^^^^^^^^^^^^^^^^^^^^^^ env-module warning
}
